import { nameOfIdentity } from '../../domain/directory.ts';
import type { Asked } from '../../domain/quorum.ts';
import type { AuthorityContext } from '../context.ts';
import type { RunRow } from '../runs/known-run.ts';
import type { GateRow } from './gate-row.ts';

/** How approvals of one option of a gate are counted. */
export function askedOf(
  context: Pick<AuthorityContext, 'bundle'>,
  gate: Pick<GateRow, 'requirement' | 'escalated_to' | 'also_asked'>,
  run: Pick<RunRow, 'requester'>,
  option: string,
): Asked {
  const requester = nameOfIdentity(context.bundle().directory, run.requester.id) ?? run.requester.id;
  return {
    requirement: gate.requirement,
    option,
    requesters: [requester, ...gate.also_asked],
    escalatedTo: gate.escalated_to,
  };
}
