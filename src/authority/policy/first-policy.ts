import type { Requirement } from '../../domain/gate.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * The first policy: reads run; every write waits for one approval by somebody on the approver list. An empty list
 * means nobody. `solo` lets the one person of an embedded Belay approve what they started; elsewhere nobody may.
 */
export function firstPolicy({ approvers, solo }: { approvers: readonly string[]; solo: boolean }): PolicySet {
  const rule = solo ? 'solo: writes need one approval' : 'team: writes need one approval, not by the requester';
  const choice: Requirement = {
    v: 1,
    needs: [{ count: 1, group: 'approvers', members: [...approvers] }],
    selfApproval: solo,
    rule,
  };
  return {
    name: solo ? 'solo' : 'team',
    choice,
    judge: (action) => (action.risk === 'read' ? { say: 'run' } : { say: 'gate', requirement: choice }),
  };
}
