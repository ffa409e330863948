import { type Batch, batchLeaf, LARGEST } from '../../domain/batch.ts';
import type { ListItem } from '../../domain/list-item.ts';
import { merkleTree, type ProofStep } from '../../domain/merkle.ts';
import { byCost, sumsOf } from '../../domain/money.ts';
import type { ToolEntry } from '../../domain/manifest.ts';
import type { ActionRow } from '../grants/approval.ts';
import { pricesOf } from '../lists/list-summary.ts';

/** The most different reasons a card names for what is left out. */
const MOST_REASONS = 10;

/** Whatever policy can tell one action of a batch from another by, but for its own key and name. */
const kindKey = ({ preview: { tool, target } }: ActionRow): string =>
  JSON.stringify([
    tool,
    target.system,
    target.connection,
    Object.entries(target.tags).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);

/** The dearest first; what has no price comes last. */
const byMoney = (a: ActionRow, b: ActionRow): number => byCost(a.preview.money ?? null, b.preview.money ?? null);

/** Reasons, each with how often it is given; those that are too many to name are counted together. */
export function countReasons(reasons: readonly string[]): Batch['leftOut'] {
  const counts = new Map<string, number>();
  for (const why of reasons) counts.set(why, (counts.get(why) ?? 0) + 1);
  const sorted = [...counts].map(([why, count]) => ({ why, count })).toSorted((a, b) => b.count - a.count);
  const rest = sorted.slice(MOST_REASONS).reduce((sum, { count }) => sum + count, 0);
  return [...sorted.slice(0, MOST_REASONS), ...(rest > 0 ? [{ why: 'other reasons', count: rest }] : [])];
}

/** What is said of these actions together, with the proof of each that it is under their root. In the order of the list. */
export function batchOf(
  list: ListItem['key'],
  tool: Pick<ToolEntry, 'name' | 'title' | 'risk' | 'reversible'>,
  rows: readonly ActionRow[],
  leftOut: Batch['leftOut'],
): { batch: Batch; proofs: ProofStep[][] } {
  const { root, proofs } = merkleTree(rows.map(({ id, digest, preview: { undo } }) => batchLeaf({ id, digest, undo })));
  const previews = rows.map(({ preview }) => preview);
  const kinds = new Map<string, ActionRow>();
  for (const row of rows) if (!kinds.has(kindKey(row))) kinds.set(kindKey(row), row);
  const places = new Map<string, number>();
  for (const { target } of previews) places.set(target.connection, (places.get(target.connection) ?? 0) + 1);
  const batch: Batch = {
    list,
    tool: tool.name,
    toolTitle: tool.title,
    count: rows.length,
    root,
    money: sumsOf(pricesOf(previews)),
    unpriced: previews.filter(({ money }) => !money).length,
    sources: [...new Set(previews.flatMap(({ money }) => money?.source ?? []))],
    blastRadius: {
      count: previews.reduce((sum, { blastRadius }) => sum + blastRadius.count, 0),
      unit: previews[0]?.blastRadius.unit ?? '',
    },
    risk: tool.risk,
    reversible: tool.reversible,
    noWayBack: previews.filter(({ reversible, undo }) => reversible === 'no' || undo === null).length,
    largest: rows
      .toSorted(byMoney)
      .slice(0, LARGEST)
      .map(({ id, preview: { sentence, money, undo } }) => ({
        id,
        sentence,
        money: money ? { amount: money.amount, currency: money.currency } : null,
        undo,
      })),
    places: [...places].map(([connection, count]) => ({ connection, count })),
    leftOut,
    kinds: [...kinds.values()].map(({ id, target_key: key }) => ({ id, key })),
  };
  return { batch, proofs };
}
