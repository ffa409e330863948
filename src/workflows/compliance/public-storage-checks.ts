import { countText, isOrAre } from '../../domain/count-text.ts';
import type { Check, Gathered, List } from '../../sdk/runbook.ts';
import type { ToolCatalog } from '../../tools/catalog.ts';

type Scan = ToolCatalog['scanner.findings']['facts'];
type Live = ToolCatalog['aws.public_buckets']['facts'];
type Denied = ToolCatalog['aws.denied_readers']['facts'];

/** What one kind of look at the buckets gave, by where it looked. */
export type Looks<F> = Readonly<Record<string, Gathered<F | undefined>>>;

const seenIn = <F>(looks: Looks<F>): F[] => Object.values(looks).flatMap(({ facts }) => facts ?? []);
const failuresIn = (looks: Looks<unknown>): string[] =>
  Object.entries(looks).flatMap(([where, { failure }]) => (failure === undefined ? [] : [`${where}: ${failure}`]));
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const words = (parts: readonly string[]): string => parts.join('; ').slice(0, 500);

/** By the scanner again: every bucket passes. One that it says nothing of has not passed. */
function scanCheck(done: List, looks: Looks<Scan>, changedAt: string): Check {
  const scans = seenIn(looks);
  const stale = scans.filter(({ madeAt }) => madeAt <= changedAt);
  const young = scans.filter((scan) => !stale.includes(scan));
  const failing = sum(young.map(({ counts }) => counts.FAIL));
  const passing = sum(young.map(({ resources }) => resources));
  const silent = [...new Set(young.flatMap((scan) => scan.silent))];
  return {
    name: 'scan',
    expected: `${done.count} buckets pass`,
    seen: words([
      `${passing} pass, ${failing} findings fail`,
      ...(silent.length > 0 ? [`nothing said of ${silent.join(', ')}`] : []),
      ...stale.map(({ scanner, madeAt }) => `the scan of ${scanner} is of ${madeAt}, before the change`),
      ...failuresIn(looks),
    ]),
    passed: failing > 0 ? false : passing >= done.count && silent.length === 0 ? true : null,
    samples: failing + passing,
  };
}

/** By AWS itself: none is public any more. */
function liveCheck(done: List, looks: Looks<Live>): Check {
  const live = seenIn(looks);
  const looked = sum(live.map((one) => one.looked));
  const open = sum(live.map((one) => one.count));
  const gone = live.flatMap((one) => one.gone);
  return {
    name: 'public access',
    expected: `none of ${done.count} is public`,
    seen: words([
      `${open} of ${looked} ${isOrAre(open)} public`,
      ...(gone.length > 0 ? [`gone since: ${gone.join(', ')}`] : []),
      ...failuresIn(looks),
    ]),
    passed: open > 0 ? false : looked >= done.count ? true : null,
    samples: looked,
  };
}

/**
 * By the access logs: nobody who says who they are is refused what they were given before. That nobody is named any more
 * may come in is what was wanted. Where there is no log, or it says nothing yet, nobody knows, and that is said.
 */
function readersCheck(done: List, looks: Looks<Denied>): Check {
  const logs = seenIn(looks);
  const refused = sum(logs.map((one) => one.deniedIdentified));
  const anonymous = sum(logs.map((one) => one.deniedAnonymous));
  const known = sum(logs.map((one) => one.withRecords));
  const without = sum(logs.map((one) => one.withoutLog));
  const silent = sum(logs.map((one) => one.silent));
  const who = logs.flatMap(({ denied }) =>
    denied.filter((one) => !one.anonymous).map((one) => `${one.who} at ${one.bucket}`),
  );
  const sampled = logs.some(({ complete }) => !complete);
  return {
    name: 'readers',
    expected: 'nobody who was served before is refused',
    seen: words([
      refused > 0 ? `${refused} refused: ${who.slice(0, 5).join(', ')}` : 'nobody who says who they are is refused',
      ...(anonymous > 0 ? [`${anonymous} without a name ${isOrAre(anonymous)} refused, as was wanted`] : []),
      // A busy bucket's log is thousands of files an hour: nobody reads all of it.
      ...(sampled ? ['by a sample of the logs'] : []),
      ...(without > 0 ? [`${countText(without, 'bucket has', 'buckets have')} no access log, so nobody can tell`] : []),
      ...(silent > 0 ? [`the logs of ${silent} say nothing yet`] : []),
      ...failuresIn(looks),
    ]),
    passed: refused > 0 ? false : known >= done.count ? true : null,
    samples: known,
  };
}

/** Whether it helped, and hurt nobody who should not be hurt. */
export const checksOf = (
  done: List,
  looks: { scans: Looks<Scan>; live: Looks<Live>; denied: Looks<Denied>; changedAt: string },
): Check[] => [
  scanCheck(done, looks.scans, looks.changedAt),
  liveCheck(done, looks.live),
  readersCheck(done, looks.denied),
];
