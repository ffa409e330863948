import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { Money, type Priced, sumsOf, times } from '../../domain/money.ts';
import { oneLine } from '../one-line.ts';
import { Region } from './settings.ts';

const Price = z.string().regex(/^\d{1,9}(\.\d{1,10})?$/, 'is no price such as "0.08"; write it in quotes');
/** Each step prices the units above its number, up to the next one's. */
const Steps = z.array(z.strictObject({ above: z.int().nonnegative(), price: Price })).default([]);
const VolumePrice = z.strictObject({ gib: Price, iops: Steps, throughput: Steps });

const PriceTableFile = z.strictObject({
  date: z.iso.date('is no date such as 2026-08-26'),
  source: z.string().min(1).max(150),
  currency: Money.shape.currency,
  regions: z.record(
    Region,
    z.strictObject({ snapshot: Price.optional(), volumes: z.record(z.string(), VolumePrice).default({}) }),
  ),
});
type PriceTableFile = z.output<typeof PriceTableFile>;

/** What a volume's price depends on. */
export interface PricedVolume {
  readonly type: string;
  readonly sizeGib: number;
  readonly iops: number | null;
  readonly throughput: number | null;
}

/** Prices a month. Null where the table has none for that region or type: nothing is guessed. */
export interface PriceTable {
  /** Who says so, and as of when: `AWS list prices, EBS, 2026-08-26`. */
  readonly source: string;
  volume(region: string, volume: PricedVolume): Priced | null;
  /** At most this: a snapshot is billed by the blocks it holds, which are never more than the volume's size. */
  snapshotAtMost(region: string, sizeGib: number): Priced | null;
}

const SHIPPED = new URL('prices/ebs.yaml', import.meta.url);

/** Reads a table; the one that ships unless a file is named. Throws `stop.invalid-input` with every problem by its field. */
export function readPriceTable(file?: string): PriceTable {
  const name = file ?? 'prices/ebs.yaml';
  let content: unknown;
  try {
    content = parse(readFileSync(file ?? SHIPPED, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    const why = oneLine(error instanceof Error ? error.message : String(error), 300);
    throw new Failure('stop.invalid-input', `The price table ${name} cannot be read: ${why}`, { cause: error });
  }
  const parsed = PriceTableFile.safeParse(content);
  if (parsed.success) return priceTable(parsed.data);
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new Failure('stop.invalid-input', `The price table ${name} cannot be used: ${problems.join('; ')}`);
}

function priceTable({ date, source: from, currency, regions }: PriceTableFile): PriceTable {
  const source = `${from}, ${date}`;
  const priced = (parts: readonly Money[]): Priced => ({ ...(sumsOf(parts)[0] ?? { amount: '0', currency }), source });
  const part = (price: string, units: number): Money => times({ amount: price, currency }, units);
  const stepped = (steps: z.output<typeof Steps>, units: number): Money[] =>
    steps
      .toSorted((a, b) => a.above - b.above)
      .map(({ above, price }, at, sorted) =>
        part(price, Math.max(0, Math.min(units, sorted[at + 1]?.above ?? Infinity) - above)),
      );
  const own = <V>(record: Readonly<Record<string, V>> | undefined, key: string): V | undefined =>
    record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
  return {
    source,
    volume(region, { type, sizeGib, iops, throughput }) {
      const price = own(own(regions, region)?.volumes, type);
      if (price === undefined) return null;
      return priced([
        part(price.gib, sizeGib),
        ...stepped(price.iops, iops ?? 0),
        ...stepped(price.throughput, throughput ?? 0),
      ]);
    },
    snapshotAtMost(region, sizeGib) {
      const price = own(regions, region)?.snapshot;
      return price === undefined ? null : priced([part(price, sizeGib)]);
    },
  };
}
