import { isUndecided } from '../../domain/gate.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import type { RunRow } from '../runs/known-run.ts';
import { lockRun } from '../runs/lock-run.ts';
import { newsOf } from '../runs/news.ts';
import { closeGate } from './close-gate.ts';
import { ownGate } from './own-gate.ts';
import type { GateRow } from './view.ts';

/** A run looks at least this often, whatever is due: wakes can be lost with Temporal's own state. */
const LOOK_AT_LEAST_MS = 6 * 3600_000;

/** When something is due on an open gate, in milliseconds after it was opened. */
function dueTimes({ requirement, reminded, escalated_to }: GateRow) {
  return {
    remind: requirement.remindAfterMs[reminded],
    escalate: requirement.escalate[escalated_to.length],
  };
}

/** Milliseconds until something is due. One at least: two clocks need not agree. */
export function lookAgainMs(gate: GateRow, now: Date): number {
  const { remind, escalate } = dueTimes(gate);
  const waited = now.getTime() - gate.opened_at.getTime();
  const next = Math.min(remind ?? Infinity, escalate?.afterMs ?? Infinity) - waited;
  return Math.max(1000, Math.min(next, gate.expires_at.getTime() - now.getTime(), LOOK_AT_LEAST_MS));
}

/** Does what is due on an open gate. Several that are due at once, after a standstill, are one reminder. */
async function doWhatIsDue(trx: Trx, now: Date, gate: GateRow, run: RunRow): Promise<void> {
  if (gate.expires_at <= now) {
    const reason = `Nobody decided by ${gate.expires_at.toISOString()}; nothing was done.`;
    await closeGate(trx, now, gate.id, 'expired', reason);
    return;
  }
  const waited = now.getTime() - gate.opened_at.getTime();
  const due = gate.requirement.escalate.filter(({ afterMs }) => afterMs <= waited).map(({ group }) => group);
  const subject = `${run.title}, ${run.target} (${gate.id}, open since ${gate.opened_at.toISOString()})`;
  if (due.length > gate.escalated_to.length) {
    await trx
      .updateTable('gates')
      .set({ escalated_to: JSON.stringify(due) })
      .where('id', '=', gate.id)
      .execute();
    await append(trx, now, run.id, 'gate.escalated', { gate: gate.id, to: due });
    const text = `Still undecided, so ${due.slice(gate.escalated_to.length).join(' and ')} may decide now too: ${subject}.`;
    await enqueue(trx, now, 'say', run.id, { key: `escalate-${gate.id}-${due.length}`, text });
    await enqueue(trx, now, 'gate.card', gate.id);
  }
  const reminders = gate.requirement.remindAfterMs.filter((afterMs) => afterMs <= waited).length;
  if (reminders > gate.reminded) {
    await trx.updateTable('gates').set({ reminded: reminders }).where('id', '=', gate.id).execute();
    await append(trx, now, run.id, 'gate.reminded', { gate: gate.id });
    const text = `Still waiting for a decision: ${subject}.`;
    await enqueue(trx, now, 'say', run.id, { key: `remind-${gate.id}-${reminders}`, text });
  }
}

/** What became of a gate, after doing what is due on it. Repeated calls do nothing twice: what was done is on its row. */
export async function attendGate(
  context: AuthorityContext,
  request: RequestOf<'attendGate'>,
): Promise<ResponseOf<'attendGate'>> {
  const { run } = await ownGate(context, request);
  const now = context.now();
  const answer = await context.db.transaction().execute(async (trx) => {
    const locked = (await lockRun(trx, run.id)) ?? run;
    const read = () => trx.selectFrom('gates').selectAll().where('id', '=', request.gate).executeTakeFirstOrThrow();
    const before = await read();
    if (isUndecided(before.state)) await doWhatIsDue(trx, now, before, locked);
    const { state, chosen, reason, special, revision, ...gate } = await read();
    const wait = lookAgainMs({ state, chosen, reason, special, revision, ...gate }, now);
    return { state, chosen, reason, special, revision, lookAgainMs: wait, news: await newsOf(trx, locked) };
  });
  context.poke();
  return answer;
}
