import ms from 'ms';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { RunRow } from '../runs/known-run.ts';
import { openOwnGate } from './open-own-gate.ts';
import type { GateRow } from './view.ts';

/** When a review is due. It stays open beyond that, and says so. */
const DUE = ms('24h');
/** A review that nobody made is not done by itself. */
const EXPIRES = ms('365d');

/** Opens the review of what was done without the usual approvals; whoever did it cannot be the one to review it. */
export async function openReview(
  trx: Trx,
  context: AuthorityContext,
  gate: GateRow,
  run: RunRow,
  what: string,
): Promise<string> {
  return await openOwnGate(trx, context, {
    kind: 'review',
    run: run.id,
    subject: gate.id,
    question: what,
    options: [{ id: 'reviewed', title: 'I looked at it, and it was right' }],
    requirement: {
      ...gate.requirement,
      selfApproval: false,
      stepUp: false,
      breakGlass: [],
      review: false,
      expiresAfterMs: EXPIRES,
      remindAfterMs: [DUE / 2, DUE, 2 * DUE],
      escalate: [],
      rule: 'review of what was forced, due within 24 h',
    },
  });
}
