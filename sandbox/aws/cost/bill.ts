import { Big } from 'big.js';
import type { Region, Tags } from '../ec2/objects.ts';
import type { Account } from '../world.ts';
import type { MonthlyPrice } from './prices.ts';
import { snapshotPrice, volumePrices } from './prices.ts';

/** What one thing cost in one stretch of time. */
export interface BillLine {
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly usageType: string;
  readonly tags: Tags;
  /** GiB-months, or IOPS-months. */
  readonly quantity: Big;
  /** USD. */
  readonly amount: Big;
}

interface Life {
  readonly from: number;
  readonly to: number;
  readonly tags: Tags;
  readonly prices: MonthlyPrice[];
}

const DAY = 86_400_000;

/** Everything that cost something in a region, what is deleted by now included. */
const livesIn = (region: Region, now: number): Life[] => [
  ...[...region.volumes.values()].map((volume) => ({
    from: volume.created,
    to: now,
    tags: volume.tags,
    prices: volumePrices(region.name, volume),
  })),
  ...region.deleted.map(({ volume, at }) => ({
    from: volume.created,
    to: at,
    tags: volume.tags,
    prices: volumePrices(region.name, volume),
  })),
  ...[...region.snapshots.values()].map(({ completes, size, tags }) => ({
    from: completes,
    to: now,
    tags,
    prices: snapshotPrice(region.name, size),
  })),
];

const daysOfMonth = (at: number): number => {
  const date = new Date(at);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
};

/** The bill of one day, which begins at `day`; only the part that is over by `now`. */
export function billOfDay(account: Account, day: number, now: number): BillLine[] {
  return [...account.regions.values()].flatMap((region) =>
    livesIn(region, now).flatMap(({ from, to, tags, prices }) => {
      const lived = Math.min(to, day + DAY) - Math.max(from, day);
      if (lived <= 0) return [];
      const share = new Big(lived).div(DAY).div(daysOfMonth(day));
      return prices.map(({ usageType, quantity, amount }) => ({
        account: account.id,
        region: region.name,
        service: 'EC2 - Other',
        usageType,
        tags,
        quantity: share.times(quantity),
        amount: share.times(amount),
      }));
    }),
  );
}
