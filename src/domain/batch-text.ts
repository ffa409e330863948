import type { Batch, BatchProgress } from './batch.ts';
import { manyText } from './count-text.ts';
import { moneyText, sumsText } from './money.ts';
import { systemOf } from './queue.ts';

/** The most connections that one line names; the others are counted. */
const MOST_PLACES = 6;
/** The most sources of prices that one line names. */
const MOST_SOURCES = 3;

/** What a batch does, in one line and in the tool's own words: `600 × Snapshot a volume and delete it`. */
export const deedText = ({ count, toolTitle }: Pick<Batch, 'count' | 'toolTitle'>): string =>
  `${manyText(count)} × ${toolTitle}`;

/** How many on which connection, most first; those that are too many to name are counted together. */
export function placesText({ tool, places }: Pick<Batch, 'tool' | 'places'>): string {
  const sorted = places.toSorted((a, b) => b.count - a.count);
  const named = sorted.slice(0, MOST_PLACES).map(({ connection, count }) => `${manyText(count)} on ${connection}`);
  const rest = sorted.slice(MOST_PLACES);
  const others = rest.reduce((sum, { count }) => sum + count, 0);
  const more = rest.length === 0 ? [] : [`${manyText(others)} on ${rest.length} more connections`];
  return `${systemOf(tool)}: ${[...named, ...more].join(', ')}`;
}

/** How what a batch is about costs is called: the money is spent until it is done. */
export const COSTS_TITLE = 'Costs now';

/** What all of it costs a month, how many have no price, and who says so; undefined where nothing has a price. */
export function costText({
  count,
  money,
  unpriced,
  sources,
}: Pick<Batch, 'count' | 'money' | 'unpriced' | 'sources'>): string | undefined {
  if (unpriced === count) return undefined;
  const named = sources.slice(0, MOST_SOURCES);
  const more = sources.length - named.length;
  const by = [...named, ...(more > 0 ? [`${more} more sources`] : [])].join(', ');
  const without = unpriced === 0 ? '' : `; ${manyText(unpriced)} without a known price`;
  return `${sumsText(money)} a month${without}${by === '' ? '' : ` (${by})`}`;
}

/** How a batch is taken back: each item by itself, said of the first that is named; and how many not at all. */
export function batchUndoText({ count, reversible, noWayBack, largest }: Batch): string {
  if (reversible === 'no' || noWayBack === count) return 'cannot be undone';
  const example = largest.find(({ undo }) => undo !== null)?.undo;
  const how = example === undefined || example === null ? 'each by itself' : `each by itself, such as: ${example}`;
  const partly = reversible === 'partly' ? 'only partly, ' : '';
  return `${partly}${how}${noWayBack === 0 ? '' : `; ${manyText(noWayBack)} of them cannot be undone`}`;
}

/** What of the list is not asked about, and why; undefined where all of it is. */
export const leftOutText = ({ leftOut }: Pick<Batch, 'leftOut'>): string | undefined =>
  leftOut.length === 0 ? undefined : leftOut.map(({ count, why }) => `${manyText(count)}: ${why}`).join('; ');

/** How the items that are named are called: all, the dearest, or the first ones. */
export function largestTitle({ count, unpriced, largest }: Pick<Batch, 'count' | 'unpriced' | 'largest'>): string {
  if (largest.length === count) return count === 1 ? 'The only one' : `All ${count}`;
  return unpriced === count ? `The first ${largest.length}` : `The ${largest.length} dearest`;
}

/** The items that are named, such as `45.20 USD · Delete volume vol-0abc`; without prices where none has one. */
export const largestTexts = ({ count, unpriced, largest }: Pick<Batch, 'count' | 'unpriced' | 'largest'>): string[] =>
  largest.map(({ money, sentence }) =>
    unpriced === count ? sentence : `${money === null ? 'no price' : moneyText(money)} · ${sentence}`,
  );

/** How far a batch is, in words; what is nothing is not said, but for what is done. `over`: no more of it begins. */
export function progressTexts(progress: BatchProgress, over: boolean): string[] {
  const { done, running, waiting, skipped, failed, inDoubt, undone, takenOut } = progress;
  const parts: [number, string][] = [
    [running, 'under way'],
    [waiting, over ? 'not begun' : 'to go'],
    [skipped, 'skipped'],
    [failed, 'failed'],
    [inDoubt, 'in doubt'],
    [undone, 'undone'],
    [takenOut, 'taken out'],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${manyText(count)} ${word}`);
  return [`${manyText(done)} done`, ...said];
}
