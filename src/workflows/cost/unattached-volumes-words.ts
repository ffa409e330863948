import { countText, isOrAre } from '../../domain/count-text.ts';
import { type Money, sumsText } from '../../domain/money.ts';
import type { List } from '../../sdk/runbook.ts';
import type { ToolCatalog } from '../../tools/catalog.ts';

type References = ToolCatalog['aws.volume_references']['facts'];
type Savings = ToolCatalog['aws.volume_savings']['facts'];

const volumes = (count: number): string => countText(count, 'volume');
const unpriced = (count: number): string => (count === 0 ? '' : `, and ${volumes(count)} without a known price`);
/** Places that could not be read: what may be there is not in the list, which is said wherever the list is. */
export const unread = ({ failures }: Pick<List, 'failures'>): string =>
  failures.length === 0 ? '' : ` Not looked at: ${failures.join('; ')}.`;

/** What was found, in words. */
export const foundText = (list: List, places: number): string =>
  `${volumes(list.count)} in ${countText(places, 'place')} ${isOrAre(list.count)} attached to nothing and ${list.count === 1 ? 'costs' : 'cost'} ${sumsText(list.money)} a month${unpriced(list.unpriced)}.${unread(list)}`;

/** What people are asked to believe before they approve. */
export function diagnosis(found: List, left: List, places: number, sources: readonly string[]): string {
  const spared =
    left.leftOut === 0 ? '' : ` ${left.leftOut} of them ${isOrAre(left.leftOut)} kept by their owners or excepted.`;
  const price = sources.length === 0 ? '' : ` Prices: ${[...new Set(sources)].join(', ')}.`;
  return `${foundText(found, places)}${spared}${price}`.slice(0, 3000);
}

/** What owners are told. */
export const ownersText = (grace: string): string =>
  `These volumes are attached to nothing. In ${grace} somebody is asked to delete them, each after a snapshot that it can be made again from. Keep those you still need.`;

/** The checks of one account, by what is there now of the volumes that were deleted. */
export function checksOf(account: string, seen: References | undefined, failure: string | undefined) {
  const samples = seen?.volumes ?? 0;
  const check = (name: string, expected: string, got: string, passed: boolean | null) => ({
    name: `${account}: ${name}`,
    expected,
    seen: got,
    passed,
    samples,
  });
  if (!seen) return [check('volumes', 'gone', failure ?? 'not read', null)];
  const { complete, pending, failed, missing } = seen.snapshots;
  return [
    check('volumes', `${seen.volumes} gone`, `${seen.gone} gone`, seen.there === 0),
    check(
      'references',
      'none',
      seen.referenced === 0 ? 'none' : seen.references.join('; ').slice(0, 300),
      seen.referenced === 0,
    ),
    check(
      'snapshots',
      `${seen.gone} complete`,
      `${complete} complete, ${pending} under way, ${failed + missing} failed or missing`,
      // One that is under way is no failure yet, and no proof either.
      failed + missing > 0 ? false : pending > 0 ? null : true,
    ),
  ];
}

/** Who says what was saved. */
export const savingsSource = (seen: readonly Savings[]): string =>
  [...new Set(seen.flatMap(({ sources }) => sources))].join(', ').slice(0, 300) || 'no price known';

/** What was saved in the end, beside what was expected. */
export function savedText(
  { estimated, approved }: { estimated: readonly Money[]; approved: readonly Money[] },
  realised: readonly Money[],
  seen: readonly Savings[],
): string {
  const back = seen.reduce((sum, { recreated, there }) => sum + recreated + there, 0);
  const again = back === 0 ? '' : ` ${volumes(back)} are there again and save nothing.`;
  const bills = seen.flatMap(({ costExplorerMissing }) => costExplorerMissing ?? []);
  const bill = bills.length === 0 ? '' : ' Cost Explorer had no answer for all of it.';
  return `A month: estimated ${sumsText(estimated)}, approved ${sumsText(approved)}, realised ${sumsText(realised)} after what the snapshots cost at most (${savingsSource(seen)}).${again}${bill}`;
}
