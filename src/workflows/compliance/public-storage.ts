import { countText } from '../../domain/count-text.ts';
import { defineRunbook, type Gathered, type List, type RunContext, wavesOf } from '../../sdk/runbook.ts';
import type { ToolCatalog } from '../../tools/catalog.ts';
import { tryRead } from '../engine/read.ts';
import { checksOf } from './public-storage-checks.ts';
import { PublicStorageInput } from './public-storage-input.ts';
import { diagnosis, foundText, liveText, proofText, unread } from './public-storage-words.ts';

const TOOL = 'aws.s3_block_public_access';

type Facts<N extends 'scanner.findings' | 'aws.public_buckets'> = ToolCatalog[N]['facts'];

const factsIn = <F>(read: Readonly<Record<string, Gathered<F | undefined>>>): F[] =>
  Object.values(read).flatMap(({ facts }) => facts ?? []);

/** One read on each connection, named after it. */
const each = <T>(connections: readonly string[], read: (connection: string) => T): Record<string, T> =>
  Object.fromEntries(connections.map((connection) => [connection, read(connection)]));

/** Where to look: what was named, or all that the run may use. */
function placesOf(context: RunContext, { scanners, accounts }: PublicStorageInput) {
  return {
    scanners: scanners.length === 0 ? context.connections('scanner') : scanners,
    accounts: accounts.length === 0 ? context.connections('aws') : accounts,
  };
}
type Places = ReturnType<typeof placesOf>;

/** The scanners again about some buckets, whatever they say of them. */
const scanAgain = (scanners: readonly string[], checks: readonly string[], list: List) =>
  each(scanners, (connection) =>
    tryRead('scanner.findings', { checks: [...checks], status: 'PASS', list: list.name }, { connection }),
  );

/** Everything that is known of the buckets after the change: by the scanner, by AWS itself, by who comes. */
async function verify(
  context: RunContext,
  { checks, days }: PublicStorageInput,
  places: Places,
  done: List,
  changedAt: string,
) {
  const list = done.name;
  const { accounts, scanners } = places;
  const live = await context.gather(
    'what is public now',
    each(accounts, (connection) => tryRead('aws.public_buckets', { list, days }, { connection })),
  );
  const denied = await context.gather(
    'who is refused now',
    each(accounts, (connection) => tryRead('aws.denied_readers', { list, since: changedAt }, { connection })),
  );
  const scans = await context.gather('the scan afterwards', scanAgain(scanners, checks, done));
  return checksOf(done, { scans, live, denied, changedAt });
}

/** Compliance: buckets that are public, blocked after somebody approved exactly the list, with the proof of it. */
export const publicStorage = defineRunbook({
  name: 'compliance/public-storage',
  version: 1,
  title: 'Public storage',
  description:
    'Takes what scanners find of public S3 buckets, leaves out what is excepted, looks at each bucket as it is now and at who ' +
    'reads it, and asks for one approval of exactly what is left. Blocks public access in waves; verifies by a new scan, by ' +
    'AWS itself, and by the access logs that nobody who was served before is refused; takes it back where that fails. Its ' +
    'record is the proof.',
  input: PublicStorageInput,
  tools: ['scanner.findings', 'aws.public_buckets', 'aws.denied_readers', TOOL],
  fromAlert: null,
  target: 'public buckets',
  limits: { turns: 1, tokens: 1, repairs: 0 },

  async run(context, input) {
    const places = placesOf(context, input);
    const { checks, days } = input;
    const scan = each(places.scanners, (connection) =>
      tryRead('scanner.findings', { checks: [...checks] }, { connection }),
    );
    const { list: found, read: scanned } = await context.gatherInto('findings', scan);
    const scans: Facts<'scanner.findings'>[] = factsIn(scanned);
    if (found.count === 0) return nothingFound(found, scans);
    await context.note('found', foundText(found, scans));

    const left = await context.remaining(found, 'not-excepted');
    if (left.count === 0)
      return { outcome: 'nothing-wrong', summary: `${foundText(found, scans)} All of them are excepted.` };
    const look = each(places.accounts, (connection) =>
      tryRead('aws.public_buckets', { list: left.name, days }, { connection }),
    );
    const { list: open, read: looked } = await context.gatherInto('public', look);
    const live = liveText(left, open, factsIn(looked));
    if (open.count === 0) {
      const whole =
        open.failures.length === 0 && factsIn(looked).reduce((sum, one) => sum + one.looked, 0) >= left.count;
      return { outcome: whole ? 'nothing-wrong' : 'inconclusive', summary: `${foundText(found, scans)} ${live}` };
    }

    const changedAt = context.now().toISOString();
    const result = await context.actOnMany(open, {
      plan: { diagnosis: diagnosis(found, left, scans, live), confidence: 'high', evidence: [] },
      title: `Block public access to ${countText(open.count, 'bucket')}`,
      why: 'Nobody then reaches them without being named. Undone, exactly the settings from before are there again.',
      tool: TOOL,
      waves: wavesOf(input),
      stabilise: input.stabilise,
      verify: (done) => verify(context, input, places, done, changedAt),
    });
    const { acted } = result;
    // What the last scan said is not so any more, and the proof must not say it.
    if (acted?.done && acted.counts.undone > 0)
      await context.gather('the scan after it was taken back', scanAgain(places.scanners, checks, acted.done));
    return { outcome: result.outcome, summary: `${result.summary} ${proofText(context.run)}` };
  },
});

/** Nothing fails; or nobody knows, where a scanner said nothing at all, or nothing of a check. */
function nothingFound(found: List, scans: readonly Facts<'scanner.findings'>[]) {
  const silent = [...new Set(scans.flatMap((scan) => scan.silent))];
  if (scans.length > 0 && found.failures.length === 0 && silent.length === 0)
    return { outcome: 'nothing-wrong' as const, summary: 'No bucket is public, by the scan.' };
  const why = scans.length === 0 ? 'No scanner said anything.' : foundText(found, scans);
  return { outcome: 'inconclusive' as const, summary: `${why}${scans.length === 0 ? unread(found.failures) : ''}` };
}
