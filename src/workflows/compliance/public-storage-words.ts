import { countText, isOrAre } from '../../domain/count-text.ts';
import type { List } from '../../sdk/runbook.ts';
import type { ToolCatalog } from '../../tools/catalog.ts';

type Scan = ToolCatalog['scanner.findings']['facts'];
type Live = ToolCatalog['aws.public_buckets']['facts'];

const buckets = (count: number): string => countText(count, 'bucket');
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** What could not be looked at: what is there is not in any count, which is said wherever the counts are. */
export const unread = (failures: readonly string[]): string =>
  failures.length === 0 ? '' : ` Not looked at: ${failures.join('; ')}.`;

/** What the scanners say, in words, with what of it could not be used. */
export function foundText(found: List, scans: readonly Scan[]): string {
  const who = [...new Set(scans.map(({ scanner, version }) => (version === null ? scanner : `${scanner} ${version}`)))];
  const unusable = sum(scans.map((scan) => scan.unusable));
  const silent = [...new Set(scans.flatMap((scan) => scan.silent))];
  const lost = unusable === 0 ? '' : ` ${countText(unusable, 'part')} of the output could not be used.`;
  const quiet = silent.length === 0 ? '' : ` Nothing is said of ${silent.join(', ')}.`;
  return `${buckets(found.count)} ${found.count === 1 ? 'fails' : 'fail'} by ${who.join(' and ') || 'no scanner'}.${lost}${quiet}${unread(found.failures)}`;
}

/** What is so now, by AWS itself. */
export function liveText(left: List, open: List, live: readonly Live[]): string {
  const looked = sum(live.map((one) => one.looked));
  const closed = sum(live.map((one) => one.notPublic.length));
  const gone = sum(live.map((one) => one.gone.length));
  const elsewhere = Math.max(0, left.count - looked);
  const without = sum(live.map((one) => one.withoutLog));
  const anonymous = sum(live.map((one) => one.readAnonymously));
  return (
    [
      looked === 0
        ? 'None of them could be looked at.'
        : `${open.count} of ${buckets(looked)} ${isOrAre(open.count)} public now.`,
      ...(closed > 0 ? [`${closed} ${isOrAre(closed)} not public any more.`] : []),
      ...(gone > 0 ? [`${gone} ${isOrAre(gone)} gone.`] : []),
      ...(elsewhere > 0 ? [`${elsewhere} ${isOrAre(elsewhere)} in accounts that were not looked at.`] : []),
      ...(anonymous > 0 ? [`${anonymous} ${anonymous === 1 ? 'was' : 'were'} read by somebody without a name.`] : []),
      ...(without > 0
        ? [
            `${without} ${without === 1 ? 'has' : 'have'} no access log: nobody knows who reads ${without === 1 ? 'it' : 'them'}.`,
          ]
        : []),
    ].join(' ') + unread(open.failures)
  );
}

/** What people are asked to believe before they approve. */
export function diagnosis(found: List, left: List, scans: readonly Scan[], live: string): string {
  const spared = left.leftOut === 0 ? '' : ` ${left.leftOut} of them ${isOrAre(left.leftOut)} excepted.`;
  return `${foundText(found, scans)}${spared} ${live}`.slice(0, 3000);
}

/** Where the proof of it is. */
export const proofText = (run: string): string => `For its proof: belay proof export ${run} <folder>`;
