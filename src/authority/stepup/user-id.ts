import { createHash } from 'node:crypto';

/** What authenticators know somebody by: stable, so that one device keeps one passkey of theirs, and no name in it. */
export const userIdOf = (person: string): Buffer => createHash('sha256').update('belay/user\0').update(person).digest();
