import { z } from 'zod';
import { Digest } from './digest.ts';
import { ActionId } from './ids.ts';
import { ListRef } from './list-item.ts';
import { Money } from './money.ts';
import { Reversible, Risk } from './risk.ts';

/** How many of a batch a card names; all of them are one tap away. */
export const LARGEST = 5;

/** How many items of a batch that may begin are where. `waiting`: approved, and not begun. */
export const BatchProgress = z.object({
  takenOut: z.number().int(),
  waiting: z.number().int(),
  running: z.number().int(),
  done: z.number().int(),
  /** Refused at its grant, with why: it changed since, or policy says no now. */
  skipped: z.number().int(),
  failed: z.number().int(),
  inDoubt: z.number().int(),
  undone: z.number().int(),
});
export type BatchProgress = z.infer<typeof BatchProgress>;

/**
 * Many like actions, approved as one: the option of a batch gate. Its items are actions of the run with rows of their own;
 * this is what is said of all of them. The root is over `batchLeaf` of each, in the order of the list.
 */
export const Batch = z.object({
  list: ListRef.shape.name,
  tool: z.string(),
  /** What the tool does, in its own words: `Snapshot a volume and delete it`. */
  toolTitle: z.string(),
  count: z.number().int().positive(),
  root: Digest,
  /** What all of them cost a month, for each currency; `unpriced` have no known price and are in no sum. */
  money: z.array(Money),
  unpriced: z.number().int().nonnegative(),
  /** Who says what things cost, each once. */
  sources: z.array(z.string()),
  blastRadius: z.object({ count: z.number().int().nonnegative(), unit: z.string() }),
  risk: Risk,
  reversible: Reversible,
  /** How many of them cannot be taken back at all, whatever the tool can do for others. */
  noWayBack: z.number().int().nonnegative(),
  /** The dearest, or the first where nothing has a price. */
  largest: z
    .array(z.object({ id: ActionId, sentence: z.string(), money: Money.nullable(), undo: z.string().nullable() }))
    .max(LARGEST),
  /** How many on which connection. */
  places: z.array(z.object({ connection: z.string(), count: z.number().int() })),
  /** How many of the list are not asked about, and why: they vanished, changed or cannot be previewed. */
  leftOut: z.array(z.object({ count: z.number().int(), why: z.string() })),
  /** One action of each kind that policy can tell apart by tags; each single item is judged again at its grant. */
  kinds: z.array(z.object({ id: ActionId, key: z.string() })).min(1),
});
export type Batch = z.infer<typeof Batch>;

/** An item as the tree of its batch has it: which action, what it is, how it is undone. */
export const batchLeaf = ({ id, digest, undo }: { id: ActionId; digest: Digest; undo: string | null }) => ({
  id,
  digest,
  undo,
});

/** The items that people took out of a batch with their approvals; nothing begins on one that anybody took out. */
export const takenOutBy = (decisions: readonly { readonly without?: readonly string[] }[]): Set<string> =>
  new Set(decisions.flatMap(({ without = [] }) => without));
