import type { DecisionRecord } from '../../domain/decision.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { revokedSince } from '../people/revoked.ts';
import type { RunRow } from '../runs/known-run.ts';
import { lockRun } from '../runs/lock-run.ts';
import { askedOf } from './asked-of.ts';
import { closeGate } from './close-gate.ts';
import { decisionsOn, revocationSubject, revokedAmong, stillCounting } from './decisions-on.ts';
import type { GateRow } from './gate-row.ts';
import { missingBy, rulesOf } from './rules-of.ts';

/** States in which a decision may still open something: undecided, waiting to be used, or with actions left to begin. */
const LIVE = ['open', 'frozen', 'approved', 'executing'] as const;

interface Revoked {
  readonly record: DecisionRecord;
  readonly reason: string;
}

/** The decisions on live gates whose people the directory knows no more as those who made them. */
async function revokedNow(trx: Trx, { bundle }: Pick<AuthorityContext, 'bundle'>): Promise<Revoked[]> {
  const rows = await trx
    .selectFrom('decisions')
    .innerJoin('gates', 'gates.id', 'decisions.gate')
    .select('decisions.record')
    .where('gates.state', 'in', LIVE)
    .orderBy('decisions.seq')
    .execute();
  const records = rows.map(({ record }) => record);
  const before = await revokedAmong(trx, records);
  return records.flatMap((record) => {
    const reason = revokedSince(bundle().directory, record);
    return reason === undefined || before.has(record.number) ? [] : [{ record, reason }];
  });
}

/** Takes back one decision: it has a number, so that none can undo that unseen. */
async function revoke(trx: Trx, now: Date, { record, reason }: Revoked): Promise<void> {
  const { gate, run, standing, number: of } = record;
  const number = await nextNumber(trx, 'approval.revoked', run, revocationSubject(record));
  await append(trx, now, run, 'approval.revoked', { gate, decision: of, number, person: standing.person, reason });
  await enqueue(trx, now, 'gate.card', gate);
}

/** Why a complete approval that was not used yet opens nothing under the bundle of now; undefined when it still does. */
async function overtaken(trx: Trx, context: AuthorityContext, gate: GateRow, run: RunRow): Promise<string | undefined> {
  const rules = await rulesOf(trx, context, gate, run);
  if (rules.forbidden !== null) return `Policy forbids it now: ${rules.forbidden}`;
  const decisions = await stillCounting(trx, context, await decisionsOn(trx, gate.id));
  if (gate.special === 'break-glass')
    return decisions.some(({ decision }) => decision === 'break-glass')
      ? undefined
      : 'Who forced it may no longer do so.';
  const missing = missingBy(rules, askedOf(context, gate, run, gate.chosen ?? ''), decisions);
  return missing.length === 0 ? undefined : `By the policy and the people of now it lacks ${missing.join(', ')}.`;
}

/**
 * Holds what people said against a new bundle. The word of everybody who was deactivated or removed is taken back wherever
 * it could still open something: it counts no more, with a number and an entry. A complete approval that was not used yet
 * and is none by the new bundle is void, and its run woken. `context.bundle()` must already be the new one.
 *
 * It locks runs, in the order of their ids, before it takes a number: call it before anything else in the transaction
 * takes one, or be ready to do the transaction again (`again`). Returns how many decisions were taken back.
 */
export async function revokeApprovals(trx: Trx, context: AuthorityContext): Promise<number> {
  const approved = () => trx.selectFrom('gates').selectAll().where('state', '=', 'approved').orderBy('id').execute();
  const concerned = [
    ...(await revokedNow(trx, context)).map(({ record }) => record.run),
    ...(await approved()).map(({ run }) => run),
  ];
  const runs = new Map<string, RunRow>();
  for (const id of [...new Set(concerned)].toSorted()) {
    const run = await lockRun(trx, id);
    if (run) runs.set(id, run);
  }
  // Looked at again under their locks: some were used, or ended, meanwhile. What came since was judged by the new bundle
  // or will be by the grant.
  const now = context.now();
  const revoked = (await revokedNow(trx, context)).filter(({ record }) => runs.has(record.run));
  for (const one of revoked) await revoke(trx, now, one);
  for (const gate of await approved()) {
    const run = runs.get(gate.run);
    const because = revoked.find(({ record }) => record.gate === gate.id)?.reason;
    const why = run && (await overtaken(trx, context, gate, run));
    if (why === undefined) continue;
    await closeGate(trx, now, gate.id, 'void', `The approval is void: ${because ?? why}`.slice(0, 500));
    await enqueue(trx, now, 'run.wake', gate.run);
  }
  return revoked.length;
}
