import type { AuthorityClient, Call } from '../authority/protocol.ts';

/** What the workflow asks of the authority, as activities of the runbooks queue: names cross, nothing is judged here. */
const calls = [
  'begin',
  'news',
  'evidence',
  'openGate',
  'attendGate',
  'voidGate',
  'lock',
  'unlock',
  'giveUp',
  'undoing',
  'verified',
  'note',
  'finish',
  'abandon',
  'foreignSignal',
  'closeList',
  'reduceList',
  'askOwners',
  'attendList',
  'openBatchGate',
  'wave',
  'reportBatch',
  'savings',
] as const satisfies readonly Call[];

export type AuthorityActivities = Pick<AuthorityClient, (typeof calls)[number]>;

/** The runbooks queue's activities. */
export function createAuthorityActivities(authority: AuthorityClient): AuthorityActivities {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- exactly the names of the type, by `calls`
  return Object.fromEntries(calls.map((name) => [name, authority[name]])) as AuthorityActivities;
}
