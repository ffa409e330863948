import { isUndecided } from '../../domain/gate.ts';
import { placesOfEscalation, type Requirement } from '../../domain/requirement.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RunRow } from '../runs/known-run.ts';
import { closeGate } from './close-gate.ts';
import type { GateRow } from './gate-row.ts';
import { expiryOf, validUntil } from './gate-times.ts';

/** Asks the groups whose time has come. Several that are due at once, after a standstill, are one message. */
async function escalate(trx: Trx, now: Date, gate: GateRow, rule: Requirement, subject: string): Promise<void> {
  const waited = now.getTime() - gate.opened_at.getTime();
  const due = rule.escalate.filter(({ afterMs, group }) => afterMs <= waited && !gate.escalated_to.includes(group));
  if (due.length === 0) return;
  const to = [...gate.escalated_to, ...due.map(({ group }) => group)];
  await trx
    .updateTable('gates')
    .set({ escalated_to: JSON.stringify(to) })
    .where('id', '=', gate.id)
    .execute();
  await append(trx, now, gate.run, 'gate.escalated', { gate: gate.id, to: due.map(({ group }) => group) });
  const able = due.filter((one) => placesOfEscalation(rule, one).length > 0).map(({ group }) => group);
  const told = due.map(({ group }) => group).filter((group) => !able.includes(group));
  const words = [
    ...(able.length > 0 ? [`${able.join(' and ')} may decide now too`] : []),
    ...(told.length > 0 ? [`${told.join(' and ')} should know`] : []),
  ].join(', ');
  await enqueue(trx, now, 'say', gate.run, {
    key: `escalate-${gate.id}-${to.length}`,
    text: `Still undecided, so ${words}: ${subject}.`,
  });
  await enqueue(trx, now, 'gate.card', gate.id);
}

async function remind(trx: Trx, now: Date, gate: GateRow, rule: Requirement, subject: string): Promise<void> {
  const waited = now.getTime() - gate.opened_at.getTime();
  const reminders = rule.remindAfterMs.filter((afterMs) => afterMs <= waited).length;
  if (reminders <= gate.reminded) return;
  await trx.updateTable('gates').set({ reminded: reminders }).where('id', '=', gate.id).execute();
  await append(trx, now, gate.run, 'gate.reminded', { gate: gate.id });
  const text = `Still waiting for a decision: ${subject}.`;
  await enqueue(trx, now, 'say', gate.run, { key: `remind-${gate.id}-${reminders}`, text });
}

/**
 * Does what is due on a gate by the authority's clock: reminds, asks the next group, ends it undecided; withdraws an
 * approval that nobody used in time. Its run is locked.
 */
export async function doWhatIsDue(trx: Trx, now: Date, gate: GateRow, run: RunRow, rule: Requirement): Promise<void> {
  const until = validUntil(gate, rule);
  if (until && until <= now) {
    const reason = `The approval was good until ${until.toISOString()} and was not used; nothing was done.`;
    await closeGate(trx, now, gate.id, 'void', reason);
    return;
  }
  if (!isUndecided(gate.state)) return;
  const expires = expiryOf(gate, rule);
  if (expires <= now) {
    await closeGate(trx, now, gate.id, 'expired', `Nobody decided by ${expires.toISOString()}; nothing was done.`);
    return;
  }
  const subject = `${run.title}, ${run.target} (${gate.id}, open since ${gate.opened_at.toISOString()})`;
  await escalate(trx, now, gate, rule, subject);
  await remind(trx, now, gate, rule, subject);
}
