import type { Requirement } from '../../domain/requirement.ts';
import { DEFAULT_WAITING } from './default-waiting.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * The first policy: reads run; every write waits for one approval of the group `approvers`. `solo` lets the one person
 * of an embedded Belay approve what they started; elsewhere nobody may.
 */
export function firstPolicy({ solo }: { solo: boolean }): PolicySet {
  const choice: Requirement = {
    v: 2,
    needs: [{ count: 1, group: 'approvers' }],
    selfApproval: solo,
    stepUp: false,
    breakGlass: [],
    denials: 1,
    review: false,
    ...DEFAULT_WAITING,
    policies: [solo ? 'solo-writes' : 'team-writes'],
    rule: solo ? 'solo: writes need one approval' : 'team: writes need one approval, not by the requester',
  };
  return {
    name: solo ? 'solo' : 'team',
    choice,
    judge: ({ context }) =>
      context.risk === 'read' ? { say: 'run', policies: ['reads'] } : { say: 'gate', requirement: choice },
  };
}
