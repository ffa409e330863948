import type { PasskeyDoors } from '../../src/authority/stepup/passkey-doors.ts';

const none = async () => ({ status: 409 as const, refused: 'No passkeys can be used here.' });

/** The passkeys of a server that has no address browsers take for them. */
export const noPasskeys = (replaced: Partial<PasskeyDoors> = {}): PasskeyDoors => ({
  site: async () => null,
  list: async () => [],
  askStepUp: none,
  newCode: none,
  askAllow: none,
  begin: none,
  add: none,
  revoke: none,
  askSignIn: none,
  signIn: none,
  ...replaced,
});
