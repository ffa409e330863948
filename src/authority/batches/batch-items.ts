import { z } from 'zod';
import type { Batch, BatchProgress } from '../../domain/batch.ts';
import { Digest } from '../../domain/digest.ts';
import { ActionId } from '../../domain/ids.ts';
import { Money } from '../../domain/money.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import { decisionsOn } from '../gates/decisions-on.ts';
import type { GateRow } from '../gates/gate-row.ts';

/** What became of an item of a batch. `waiting`: nothing yet; `skipped`: it was refused, with why. */
export const ItemFate = z.enum(['waiting', 'taken-out', 'running', 'done', 'skipped', 'failed', 'in-doubt', 'undone']);
export type ItemFate = z.infer<typeof ItemFate>;

/** An item of a batch gate as every view shows it: from what the tools worker saw, and what became of it. */
export const BatchItem = z.object({
  position: z.number().int(),
  action: ActionId,
  digest: Digest,
  key: z.string(),
  title: z.string(),
  sentence: z.string(),
  undo: z.string().nullable(),
  connection: z.string(),
  owner: z.string().nullable(),
  money: Money.nullable(),
  source: z.string().nullable(),
  args: z.record(z.string(), z.json()),
  fate: ItemFate,
  /** Who took it out, why it was skipped, what its tool said. */
  why: z.string().nullable(),
});
export type BatchItem = z.infer<typeof BatchItem>;

interface Ends {
  readonly status: string | null;
  readonly outcome: { summary: string } | null;
  readonly back: string | null;
  readonly problem: string | null;
}

function fateOf({ status, outcome, back, problem }: Ends, out: string | undefined): Pick<BatchItem, 'fate' | 'why'> {
  if (out !== undefined) return { fate: 'taken-out', why: out };
  const why = outcome?.summary ?? null;
  if (back === 'done') return { fate: 'undone', why };
  if (status === 'done' || status === 'failed' || status === 'in-doubt' || status === 'running')
    return { fate: status, why };
  return problem === null ? { fate: 'waiting', why: null } : { fate: 'skipped', why: problem };
}

const COUNTED: Record<ItemFate, keyof BatchProgress> = {
  'taken-out': 'takenOut',
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  skipped: 'skipped',
  failed: 'failed',
  'in-doubt': 'inDoubt',
  undone: 'undone',
};

/** How many items of a batch are where, counted in the database; `out` are those that people took out. */
export async function batchProgress(
  db: Database | Trx,
  gate: Pick<GateRow, 'run'>,
  { list, count }: Pick<Batch, 'list' | 'count'>,
  out: ReadonlySet<string>,
): Promise<BatchProgress> {
  const rows = await db
    .selectFrom('list_items as i')
    .leftJoin('intents as e', (join) => join.onRef('e.action', '=', 'i.action').on('e.phase', '=', 'execute'))
    .leftJoin('intents as u', (join) => join.onRef('u.action', '=', 'i.action').on('u.phase', '=', 'undo'))
    .select(['e.status', 'u.status as back'])
    .select((eb) => [eb('i.problem', 'is not', null).as('refused'), eb.fn.countAll<string>().as('many')])
    .where('i.run', '=', gate.run)
    .where('i.list', '=', list)
    .where('i.proof', 'is not', null)
    .where((eb) => eb.not(eb('i.action', '=', eb.fn.any(eb.val([...out])))))
    .groupBy(['e.status', 'u.status', 'refused'])
    .execute();
  const none = { takenOut: 0, waiting: 0, running: 0, done: 0, skipped: 0, failed: 0, inDoubt: 0, undone: 0 };
  const progress: BatchProgress = { ...none, takenOut: Math.min(out.size, count) };
  for (const { refused, many, ...ends } of rows) {
    const { fate } = fateOf({ ...ends, outcome: null, problem: refused ? '' : null }, undefined);
    progress[COUNTED[fate]] += Number(many);
  }
  return progress;
}

/** The items of a batch gate in their order, a page of them or all. */
export async function batchItems(
  db: Database | Trx,
  gate: Pick<GateRow, 'id' | 'run'>,
  batch: Pick<Batch, 'list'>,
  page: { after: number; size: number } = { after: 0, size: 5_000 },
): Promise<BatchItem[]> {
  const rows = await db
    .selectFrom('list_items as i')
    .innerJoin('actions as a', 'a.id', 'i.action')
    .leftJoin('intents as e', (join) => join.onRef('e.action', '=', 'i.action').on('e.phase', '=', 'execute'))
    .leftJoin('intents as u', (join) => join.onRef('u.action', '=', 'i.action').on('u.phase', '=', 'undo'))
    .select([
      'i.position',
      'i.key',
      'i.item',
      'i.problem',
      'a.id',
      'a.digest',
      'a.preview',
      'e.status',
      'e.outcome',
      'u.status as back',
    ])
    .where('i.run', '=', gate.run)
    .where('i.list', '=', batch.list)
    .where('i.proof', 'is not', null)
    .where('i.position', '>', page.after)
    .orderBy('i.position')
    .limit(page.size)
    .execute();
  const out = new Map(
    (await decisionsOn(db, gate.id)).flatMap(({ standing, without = [] }) =>
      without.map((action) => [action, `taken out by ${standing.person}`] as const),
    ),
  );
  return rows.map(({ position, key, item, id, digest, preview, ...ends }) => {
    const { money } = preview;
    return {
      position: position ?? 0,
      action: id,
      digest,
      key,
      title: item.title,
      sentence: preview.sentence,
      undo: preview.undo,
      connection: item.connection,
      owner: item.owner,
      money: money ? { amount: money.amount, currency: money.currency } : null,
      source: money?.source ?? null,
      args: preview.args,
      ...fateOf(ends, out.get(id)),
    };
  });
}
