import type { BatchItem } from '../../src/authority/batches/batch-items.ts';
import type { ListItemView, ListView } from '../../src/authority/lists/list-view.ts';
import type { Batch } from '../../src/domain/batch.ts';
import { LARGEST } from '../../src/domain/batch.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { type GateOption, optionDigest } from '../../src/domain/gate.ts';
import { byCost, type Money, sumsOf } from '../../src/domain/money.ts';

const SOURCE = 'price table 2026-11-01';
const PLACES = ['prod', 'staging', 'sandbox'] as const;

/** What the n-th of many volumes costs: dollars mostly, some euros, some with no known price. */
export const priceOf = (n: number): Money | null =>
  n % 25 === 24 ? null : { amount: String(8 + (n % 40) * 2.5), currency: PLACES[n % 3] === 'staging' ? 'EUR' : 'USD' };

/** The n-th item of a batch, from 1, of the run given. */
export function batchItemSample(run: string, n: number, change: Partial<BatchItem> = {}): BatchItem {
  const volume = `vol-0a${String(n).padStart(5, '0')}`;
  const account = PLACES[n % 3] ?? 'prod';
  const money = 'money' in change ? (change.money ?? null) : priceOf(n);
  return {
    position: n,
    action: `${run}/${1000 + n}`,
    digest: digestOf({ volume }),
    key: `aws:111122223333/eu-west-1/volume/${volume}`,
    title: `volume ${volume} (100 GiB gp3) in eu-west-1`,
    sentence: `Snapshot volume ${volume} (100 GiB gp3) in eu-west-1 and delete it`,
    undo: `create the volume again from the snapshot taken before, as ${volume}-restored`,
    connection: account,
    owner: n % 4 === 0 ? null : n % 2 === 0 ? 'grace' : 'team-payments',
    source: money === null ? null : SOURCE,
    args: { volume },
    fate: 'waiting',
    why: null,
    ...change,
    money,
  };
}

export const batchItemsSample = (run: string, count: number): BatchItem[] =>
  Array.from({ length: count }, (_, at) => batchItemSample(run, at + 1));

/** The batch over these items, as the authority would have made it. */
export function batchSample(items: readonly BatchItem[], change: Partial<Batch> = {}): Batch {
  const places = new Map<string, number>();
  for (const { connection } of items) places.set(connection, (places.get(connection) ?? 0) + 1);
  const [first] = items;
  return {
    list: 'left',
    tool: 'aws.snapshot_and_delete_volume',
    toolTitle: 'Snapshot a volume and delete it',
    count: items.length,
    root: digestOf(items.map(({ digest }) => digest)),
    money: sumsOf(items.flatMap(({ money }) => money ?? [])),
    unpriced: items.filter(({ money }) => money === null).length,
    sources: [...new Set(items.flatMap(({ source }) => source ?? []))],
    blastRadius: { count: items.length, unit: 'volumes' },
    risk: 'destructive',
    reversible: 'yes',
    noWayBack: items.filter(({ undo }) => undo === null).length,
    largest: items
      .toSorted((a, b) => byCost(a.money, b.money))
      .slice(0, LARGEST)
      .map(({ action: id, sentence, money, undo }) => ({ id, sentence, money, undo })),
    places: [...places].map(([connection, count]) => ({ connection, count })),
    leftOut: [],
    kinds: [{ id: first?.action ?? '', key: first?.key ?? '' }],
    ...change,
  };
}

/** The only option of a batch gate, with the digest it really has. */
export function batchOptionSample(batch: Batch): GateOption {
  const option = {
    id: 'all',
    title: 'Delete the volumes that nothing uses',
    why: '',
    manual: null,
    recommended: true,
    actions: [],
    batch,
  };
  return { ...option, digest: optionDigest(option) };
}

/** The n-th item of a list as its owner sees it, from 1. */
export function listItemSample(run: string, n: number, change: Partial<ListItemView> = {}): ListItemView {
  const { position, key, title, connection, owner, money } = batchItemSample(run, n);
  return {
    position,
    key,
    title,
    connection,
    owner,
    money: money && { ...money, source: SOURCE },
    facts: {},
    owners: owner === 'grace' ? ['grace'] : [],
    kept: null,
    ...change,
  };
}

export const listSample = (run: string, count: number, change: Partial<ListView> = {}): ListView => ({
  run,
  runbook: 'cost/unattached-volumes',
  name: 'found',
  count,
  money: sumsOf(Array.from({ length: count }, (_, at) => priceOf(at + 1) ?? []).flat()),
  leftOut: 0,
  asks: {
    what: 'Volumes that nothing has used for 30 days are snapshotted and deleted.',
    until: '2026-11-30T10:00:00.000Z',
    kept: 0,
    open: true,
  },
  ...change,
});
