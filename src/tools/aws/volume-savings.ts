import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { Money, type Priced, sumsOf, sumsText, times } from '../../domain/money.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import type { AwsClient } from './client.ts';
import { ebsCost, EbsCost } from './ebs-cost.ts';
import { byRegion, ListName, type Listed, listed, Names, someOf } from './listed.ts';
import { ACTION_TAG } from './mark.ts';
import { snapshotsOf } from './snapshot.ts';
import { nameOf } from './target.ts';
import { volumesById, volumesFrom } from './volume.ts';

const Count = z.number().int().nonnegative();

const Facts = z.object({
  volumes: Count,
  /** Gone for good; made again from the snapshot; never deleted. Only the first save anything. */
  gone: Count,
  recreated: Count,
  there: Count,
  recreatedNames: Names,
  thereNames: Names,
  /** Gone, and without a price: they saved something, and nobody knows how much. */
  unpriced: Count,
  /** Gone, with a snapshot that has no price: what it costs is not taken off. */
  unpricedSnapshots: Count,
  /** What the gone volumes cost a month, by the prices of the list, and what their snapshots cost at most. */
  volumeCost: z.array(Money),
  snapshotCostAtMost: z.array(Money),
  /** The difference, of those that have a price. */
  saved: z.array(Money),
  /** Who says so. */
  sources: z.array(z.string()).max(10),
  /** What Cost Explorer says of all EBS volumes of the account, before and after; null with the reason where it says nothing. */
  costExplorer: EbsCost.nullable(),
  costExplorerMissing: z.string().nullable(),
});

/** `aws.volume_savings`: what deleting a list's volumes really saved. */
export const volumeSavings = defineTool({
  name: 'aws.volume_savings',
  title: 'What deleting volumes saved',
  description:
    'For the volumes of a list, some time after they were to be deleted: which are gone, made again or still there, what the ' +
    'gone ones cost a month, less what their snapshots cost at most (size times price; they are billed by the blocks they ' +
    'hold). Beside it what Cost Explorer says was spent on EBS volumes of the whole account before and after; other changes ' +
    'of the account are in that as well.',
  risk: 'read',
  input: z.strictObject({
    list: ListName,
    deletedAt: z.iso.datetime({ offset: true }).describe('When they were deleted, RFC 3339'),
  }),
  facts: Facts,
  timeout: '3m',
  async read({ list, deletedAt }, context: ToolContext<AwsClient>) {
    const { client, signal, now } = context;
    const all = await listed(list, 'volume', context);
    const fates: Fate[] = [];
    for (const [region, some] of byRegion(all)) fates.push(...(await fatesIn(region, some, context)));
    const gone = fates.filter(({ fate }) => fate === 'gone');
    const named = (fate: Fate['fate']): string[] =>
      fates.filter((each) => each.fate === fate).map(({ one }) => nameOf(one));
    const priced = gone.flatMap(({ one: { item } }) => item.money ?? []);
    const kept = gone.flatMap(({ snapshotAtMost }) => snapshotAtMost ?? []);
    const costs = gone.flatMap(({ one, snapshotAtMost }) => (one.item.money === null ? [] : (snapshotAtMost ?? [])));
    const bill = await ebsCost(client, { at: deletedAt, now: now() }, signal).catch((error: unknown) => {
      // The savings stand without Cost Explorer; what keeps it from answering is said.
      if (error instanceof Failure && error.type.startsWith('stop.')) return error.message.slice(0, 300);
      throw error;
    });
    const facts = {
      volumes: fates.length,
      gone: gone.length,
      recreated: named('recreated').length,
      there: named('there').length,
      recreatedNames: someOf(named('recreated')),
      thereNames: someOf(named('there')),
      unpriced: gone.filter(({ one }) => one.item.money === null).length,
      unpricedSnapshots: gone.filter(({ snapshots, snapshotAtMost }) => snapshots > 0 && snapshotAtMost === null)
        .length,
      volumeCost: sumsOf(priced),
      snapshotCostAtMost: sumsOf(kept),
      saved: sumsOf([...priced, ...costs.map((money) => times(money, -1))]),
      sources: [...new Set([...priced, ...kept].map(({ source }) => source))].slice(0, 10),
      costExplorer: typeof bill === 'string' ? null : bill,
      costExplorerMissing: typeof bill === 'string' ? bill : null,
    };
    return {
      facts,
      content: fates
        .map(({ one, fate, snapshotAtMost }) => {
          const { money } = one.item;
          return `${nameOf(one)}  ${fate}  ${money === null ? 'no price' : `${money.amount} ${money.currency} a month (${money.source})`}  snapshot at most ${snapshotAtMost?.amount ?? '-'}`;
        })
        .join('\n'),
      summary: `${facts.gone} of ${facts.volumes} volumes are gone: ${sumsText(facts.saved)} a month saved at least, after their snapshots`,
    };
  },
});

interface Fate {
  readonly one: Listed;
  readonly fate: 'gone' | 'recreated' | 'there';
  readonly snapshots: number;
  /** Null where there is no snapshot, or no price for one. */
  readonly snapshotAtMost: Priced | null;
}

async function fatesIn(
  region: string,
  some: readonly Listed[],
  { client, signal }: ToolContext<AwsClient>,
): Promise<Fate[]> {
  const ids = some.map(({ id }) => id);
  const there = await volumesById(client, region, ids, signal);
  const own = (await snapshotsOf(client, region, ids, signal)).filter(({ tags }) => tags[ACTION_TAG] !== undefined);
  // By whomever: a volume made from the kept snapshot stands in for the one that is gone.
  const made = await volumesFrom(
    client,
    region,
    own.map(({ id }) => id),
    signal,
  );
  const used = new Set(made.map(({ fromSnapshot }) => fromSnapshot));
  const again = new Set(own.flatMap(({ id, volumeId }) => (used.has(id) ? [volumeId] : [])));
  return some.map((one) => {
    const kept = own.filter(({ volumeId }) => volumeId === one.id);
    return {
      one,
      fate: there.has(one.id) ? 'there' : again.has(one.id) ? 'recreated' : 'gone',
      snapshots: kept.length,
      snapshotAtMost: atMost(kept.map(({ sizeGib }) => client.prices().snapshotAtMost(region, sizeGib))),
    };
  });
}

/** All snapshots of one volume together. */
function atMost(prices: readonly (Priced | null)[]): Priced | null {
  const known = prices.flatMap((price) => price ?? []);
  const [sum] = sumsOf(known);
  const source = known[0]?.source;
  return sum === undefined || source === undefined ? null : { ...sum, source };
}
