import ms from 'ms';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { RunRow } from '../runs/known-run.ts';
import type { GateRow } from './gate-row.ts';
import { openOwnGate } from './open-own-gate.ts';

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
  { what, by }: { what: string; by: readonly string[] },
): Promise<string> {
  const { choice } = context.bundle().policy;
  return await openOwnGate(trx, context, {
    kind: 'review',
    run: run.id,
    subject: gate.id,
    question: what,
    options: [{ id: 'reviewed', title: 'I looked at it, and it was right' }],
    alsoAsked: by,
    requirement: {
      ...choice,
      stepUp: false,
      breakGlass: [],
      review: false,
      expiresAfterMs: EXPIRES,
      remindAfterMs: [DUE / 2, DUE, 2 * DUE],
      escalate: [],
      rule: `${choice.rule}; a review, due within 24 h`,
    },
  });
}
