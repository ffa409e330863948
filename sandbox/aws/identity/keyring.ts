import { randomBytes } from 'node:crypto';
import type { AccessKey, Principal, Role } from './principal.ts';

const letters = (length: number): string =>
  randomBytes(length * 2)
    .toString('base64')
    .replaceAll(/[^A-Z2-7]/g, '')
    .slice(0, length)
    .padEnd(length, 'A');

/** Every key and role there is. Keys are random: none is worth anything outside. */
export interface Keyring {
  readonly keys: ReadonlyMap<string, AccessKey>;
  readonly roles: ReadonlyMap<string, Role>;
  addUser(account: string, name: string): AccessKey;
  addRole(role: Omit<Role, 'arn'>): Role;
  /** A session of a role. @param expires milliseconds since 1970 */
  openSession(role: Role, session: string, expires: number): AccessKey;
}

export function createKeyring(): Keyring {
  const keys = new Map<string, AccessKey>();
  const roles = new Map<string, Role>();
  const add = (prefix: string, principal: Principal, token?: string, expires?: number): AccessKey => {
    const secret = randomBytes(30).toString('base64');
    const key = { id: `${prefix}${letters(16)}`, secret, token, principal, expires };
    keys.set(key.id, key);
    return key;
  };
  return {
    keys,
    roles,
    addUser: (account, name) =>
      add('AKIA', { account, arn: `arn:aws:iam::${account}:user/${name}`, userId: `AIDA${letters(16)}` }),
    addRole: (role) => {
      const made = { ...role, arn: `arn:aws:iam::${role.account}:role/${role.name}` };
      roles.set(made.arn, made);
      return made;
    },
    openSession: ({ account, name }, session, expires) => {
      const arn = `arn:aws:sts::${account}:assumed-role/${name}/${session}`;
      const token = randomBytes(48).toString('base64');
      return add('ASIA', { account, arn, userId: `AROA${letters(16)}:${session}` }, token, expires);
    },
  };
}
