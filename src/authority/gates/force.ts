import type { DecisionRequest } from '../../domain/decision.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { incidentOf } from '../runs/incident.ts';
import type { RunRow } from '../runs/known-run.ts';
import type { GateRow } from './gate-row.ts';
import { refuse, type Refusal } from './may-decide.ts';
import { openReview } from './open-review.ts';

/** Whether a gate may be forced now: it takes a reason and an open incident. Who may, and what forbids it, is judged before. */
export async function forceProblem(trx: Trx, run: RunRow, request: DecisionRequest): Promise<Refusal | undefined> {
  if (!request.reason?.trim()) return refuse('invalid', 'reason: say why this cannot wait; it goes to the leads.');
  if (!(await incidentOf(trx, run)).open)
    return refuse('invalid', 'No incident is open on this target, so nothing can be forced; ask for an approval.');
  return undefined;
}

/** What forcing a gate sets off: it is on record as such, the leads are paged, and a review waits for them. */
export async function afterForcing(
  trx: Trx,
  context: AuthorityContext,
  gate: GateRow,
  run: RunRow,
  by: { person: string; reason: string },
): Promise<void> {
  const now = context.now();
  const { directory } = context.bundle();
  const leads = [...new Set(gate.requirement.breakGlass.flatMap((group) => directory.groups[group]?.leads ?? []))];
  await append(trx, now, run.id, 'gate.forced', { gate: gate.id, by: by.person, reason: by.reason, paged: leads });
  const text = `${by.person} forced ${run.title}, ${run.target} (${gate.id}) without the approvals policy asks for: ${by.reason}`;
  await enqueue(trx, now, 'say', run.id, { key: `forced-${gate.id}`, text });
  await enqueue(trx, now, 'page', run.id, { key: `forced-${gate.id}`, text, people: leads });
  await openReview(trx, context, gate, run, { what: text, by: [by.person] });
}
