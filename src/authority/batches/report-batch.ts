import { sumsOf } from '../../domain/money.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { putBlob } from '../blobs/blob-store.ts';
import type { AuthorityContext } from '../context.ts';
import type { GateRow } from '../gates/gate-row.ts';
import { append } from '../ledger/append.ts';
import { appendOnce } from '../ledger/append-once.ts';
import { closedList, fixList } from '../lists/close-list.ts';
import type { BatchCounts } from '../lists/list-protocol.ts';
import { pricesOf } from '../lists/list-summary.ts';
import { copyList } from '../lists/reduce-list.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun } from '../runs/known-run.ts';
import { type BatchItem, batchItems } from './batch-items.ts';
import { settleBatches } from './settle-batches.ts';
import { batchGate } from './wave.ts';

/** How many ended how. What was approved and neither began nor is in doubt was skipped. */
function countsOf(items: readonly BatchItem[]): BatchCounts {
  const count = (fate: BatchItem['fate']) => items.filter((item) => item.fate === fate).length;
  return {
    approved: items.filter(({ fate }) => fate !== 'taken-out').length,
    done: count('done'),
    skipped: count('skipped') + count('waiting'),
    failed: count('failed'),
    inDoubt: count('in-doubt'),
    undone: count('undone'),
  };
}

/** The most of a reason in the report, in characters: five thousand of them fit into one blob. The record has all of it. */
const MOST_WHY = 300;

/** What the report says of one item; everything else of it stands with its action, under the same id. */
const reported = ({ action, key, title, money, fate, why }: BatchItem) => ({
  action,
  key,
  title,
  money,
  fate,
  why: why?.slice(0, MOST_WHY).toWellFormed() ?? null,
});

/** The end of a batch: no more of it begins. */
async function endGate(trx: Trx, now: Date, run: string, gate: GateRow): Promise<void> {
  if (gate.state === 'executing' || gate.state === 'approved')
    await trx.updateTable('gates').set({ state: 'done' }).where('id', '=', gate.id).execute();
  await settleBatches(trx, now, run, true);
}

/** What became of each item, kept as evidence, and the counts on record. `as` makes a list of what is done, to be verified. */
export async function reportBatch(
  context: AuthorityContext,
  request: RequestOf<'reportBatch'>,
): Promise<ResponseOf<'reportBatch'>> {
  const { as, final } = request;
  const now = context.now();
  const { run, gate, batch, items } = await context.db.transaction().execute(async (trx) => {
    const open = await openRun(trx, request);
    const found = await batchGate(trx, open.id, request.gate);
    return { run: open, ...found, items: await batchItems(trx, found.gate, found.batch) };
  });
  const counts = countsOf(items);
  const report = await putBlob(context, {
    content: JSON.stringify({ gate: gate.id, tool: batch.tool, counts, items: items.map(reported) }),
    mediaType: 'application/json',
    summary: `What became of the ${batch.count} items of ${gate.id}`,
  });
  const approved = sumsOf(pricesOf(items.filter(({ fate }) => fate !== 'taken-out')));
  const answer = await context.db.transaction().execute(async (trx) => {
    await openRun(trx, request);
    let done = as === null ? undefined : await closedList(trx, run.id, as);
    if (as !== null && !done) {
      const keys = items.filter(({ fate }) => fate === 'done').map(({ key }) => key);
      await copyList(trx, run.id, batch.list, as, keys);
      done = await fixList(trx, now, run.id, as);
      const { count, digest, money, unpriced } = done;
      await append(trx, now, run.id, 'list.closed', { list: as, count, digest, money, unpriced });
    }
    const body = { gate: gate.id, counts, estimated: batch.money, approved, report: report.id, final };
    await appendOnce(trx, now, run.id, 'batch.reported', body);
    if (final) await endGate(trx, now, run.id, gate);
    return { counts, estimated: batch.money, approved, done: done ?? null, report };
  });
  context.poke();
  return answer;
}

/** Puts what was really saved beside what was estimated and approved. */
export async function recordSavings(
  context: AuthorityContext,
  { run: id, execution, ...saved }: RequestOf<'savings'>,
): Promise<ResponseOf<'savings'>> {
  await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, { run: id, execution });
    await batchGate(trx, run.id, saved.gate);
    await appendOnce(trx, context.now(), run.id, 'savings.measured', saved);
  });
  return {};
}
