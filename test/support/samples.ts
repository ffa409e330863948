import type { DecisionRecord } from '../../src/domain/decision.ts';
import { digestOf } from '../../src/domain/digest.ts';
import type { Requirement } from '../../src/domain/requirement.ts';

const HOUR = 3_600_000;

/** One approval of the group `approvers`, unless told otherwise. */
export const requirementSample = (change: Partial<Requirement> = {}): Requirement => ({
  v: 2,
  needs: [{ count: 1, group: 'approvers' }],
  selfApproval: false,
  stepUp: false,
  breakGlass: [],
  denials: 1,
  review: false,
  expiresAfterMs: 7 * 24 * HOUR,
  validForMs: HOUR,
  remindAfterMs: [HOUR],
  escalate: [],
  policies: ['team-writes'],
  rule: 'team: writes need one approval, not by the requester',
  ...change,
});

/** Somebody's word, in the groups given; their identity is their name unless the change says otherwise. */
export function decisionSample(
  name: string,
  change: Partial<DecisionRecord> = {},
  groups: readonly string[] = ['approvers'],
): DecisionRecord {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    v: 2,
    gate: 'g-aaaaaa',
    run: 'r-aaaaaaaa',
    decision: 'approve',
    option: 'rollback',
    digest: digestOf('rollback'),
    person: { id: `local:${name}`, name, door: 'api' },
    standing: { person: name, memberships: groups.map((group) => ({ group, source: 'directory', at })) },
    strength: 'door',
    proof: null,
    bundle: digestOf('bundle'),
    number: 1,
    reason: null,
    revision: null,
    at,
    keyId: 'k',
    signature: 's',
    ...change,
  };
}
