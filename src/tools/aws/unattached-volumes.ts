import { z } from 'zod';
import { type ListItem, MOST_ITEMS } from '../../domain/list-item.ts';
import { compareAmounts, Money, sumsOf, sumsText } from '../../domain/money.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { oneLine } from '../one-line.ts';
import type { AwsClient } from './client.ts';
import { Region } from './settings.ts';
import { asksToBeKept, policyTags, tagNamed } from './tags.ts';
import { keyOf } from './target.ts';
import { inUse, knownBy, listVolumes, type Volume } from './volume.ts';

const DAY_MS = 86_400_000;
const Count = z.number().int().nonnegative();
type Item = Omit<ListItem, 'connection'>;

const Facts = z.object({
  account: z.string(),
  region: z.string(),
  /** Unattached, old enough, and not asking to be kept: the items. */
  count: Count,
  /** Of all unattached volumes: those younger than asked for, and those whose tag asks to be left alone. */
  young: Count,
  kept: Count,
  /** Of the items: without a price, and without a tag that names an owner. */
  unpriced: Count,
  unowned: Count,
  /** What the priced items cost a month; one sum for each currency. */
  money: z.array(Money),
  priceSource: z.string(),
  /** False when there were more than one list holds; the ones that cost most are in it. */
  complete: z.boolean(),
});

/** `aws.unattached_volumes`: what costs money and serves nothing. */
export const unattachedVolumes = defineTool({
  name: 'aws.unattached_volumes',
  title: 'Unattached volumes',
  description:
    'EBS volumes of a region that are attached to no instance and were made at least minAgeDays ago (AWS does not say when one ' +
    'was detached), with owner and monthly price. Volumes whose tag asks to be kept are counted and left out. Each is an item ' +
    'that proposes aws.snapshot_and_delete_volume.',
  risk: 'read',
  input: z.strictObject({
    region: Region,
    minAgeDays: z.int().min(0).max(3650).default(14).describe('Days since the volume was made'),
  }),
  facts: Facts,
  timeout: '2m',
  async read({ region, minAgeDays }, { client, signal, now }: ToolContext<AwsClient>) {
    const { account } = await client.identity(signal);
    const prices = client.prices();
    const all = (await listVolumes(client, region, { status: ['available'] }, signal)).filter((one) => !inUse(one));
    const madeBefore = now().getTime() - minAgeDays * DAY_MS;
    const old = all.filter(({ createdAt }) => Date.parse(createdAt) <= madeBefore);
    const wanted = old.filter(({ tags }) => !asksToBeKept(tags, client.keepTags));
    const found = wanted
      .map((volume) =>
        itemOf(
          volume,
          { account, region, owner: tagNamed(volume.tags, client.ownerTags) },
          prices.volume(region, volume),
        ),
      )
      .toSorted(dearestFirst);
    const items = found.slice(0, MOST_ITEMS);
    const money = sumsOf(items.flatMap((item) => item.money ?? []));
    const facts = {
      account,
      region,
      count: items.length,
      young: all.length - old.length,
      kept: old.length - wanted.length,
      unpriced: items.filter((item) => item.money === null).length,
      unowned: items.filter((item) => item.owner === null).length,
      money,
      priceSource: prices.source,
      complete: items.length === found.length,
    };
    return {
      facts,
      items,
      content: items
        .map(({ title, owner, money: price }) => `${title}  owner ${owner ?? '-'}  ${price?.amount ?? 'no price'}`)
        .join('\n'),
      summary: `${items.length} unattached volumes in ${region} of ${account}, ${sumsText(money)} a month; ${facts.kept} asked to be kept`,
    };
  },
});

function itemOf(
  volume: Volume,
  { account, region, owner }: { account: string; region: string; owner: string | null },
  money: Item['money'],
): Item {
  const { id, zone, type, sizeGib, iops, throughput, encrypted, createdAt, tags } = volume;
  const name = tagNamed(tags, ['Name'])?.slice(0, 100) ?? null;
  return {
    key: keyOf({ account, region, kind: 'volume', id }),
    title: oneLine(`volume ${id} (${knownBy(volume)}) in ${region}`, 300),
    owner,
    money,
    facts: {
      account,
      region,
      zone,
      type,
      sizeGib,
      iops,
      throughput,
      encrypted,
      createdAt,
      name,
      tags: policyTags(tags),
    },
    action: { tool: 'aws.snapshot_and_delete_volume', args: { region, volumeId: id } },
  };
}

/** What costs most comes first, what has no price last; equal ones by key, so that the same volumes give the same list. */
function dearestFirst(a: Item, b: Item): number {
  if (a.money !== null && b.money !== null) return compareAmounts(b.money, a.money) || (a.key < b.key ? -1 : 1);
  return Number(a.money === null) - Number(b.money === null) || (a.key < b.key ? -1 : 1);
}
