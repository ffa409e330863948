import { Big } from 'big.js';
import type { Volume, VolumeType } from '../ec2/objects.ts';

interface RegionPrices {
  /** What usage types of the region begin with. */
  readonly prefix: string;
  /** USD for a GiB and month. */
  readonly gib: Readonly<Record<VolumeType, string>>;
  /** USD for an IOPS and month, of io1 and io2. */
  readonly iops: string;
  readonly snapshot: string;
}

/** List prices of 2026-08, as far as the sandbox has regions. What gp3 costs above its 3,000 IOPS is left out. */
const PRICES: Readonly<Record<string, RegionPrices>> = {
  'us-east-1': {
    prefix: '',
    gib: { gp2: '0.1', gp3: '0.08', io1: '0.125', io2: '0.125', st1: '0.045', sc1: '0.015', standard: '0.05' },
    iops: '0.065',
    snapshot: '0.05',
  },
  'eu-west-1': {
    prefix: 'EU-',
    gib: { gp2: '0.11', gp3: '0.088', io1: '0.138', io2: '0.138', st1: '0.05', sc1: '0.0168', standard: '0.055' },
    iops: '0.072',
    snapshot: '0.05',
  },
};

/** As bills call the types that they do not call by their name. */
const USAGE: Partial<Record<VolumeType, string>> = { io1: '.piops', standard: '' };

export interface MonthlyPrice {
  readonly usageType: string;
  /** GiB, or IOPS. */
  readonly quantity: number;
  /** USD for a whole month. */
  readonly amount: Big;
}

/** What a volume costs a month, by usage type; nothing in a region without prices. */
export function volumePrices(region: string, { type, size, iops }: Volume): MonthlyPrice[] {
  const prices = PRICES[region];
  if (!prices) return [];
  const suffix = USAGE[type] ?? `.${type}`;
  const storage = {
    usageType: `${prices.prefix}EBS:VolumeUsage${suffix}`,
    quantity: size,
    amount: new Big(prices.gib[type]).times(size),
  };
  if (type !== 'io1' && type !== 'io2') return [storage];
  const usageType = `${prices.prefix}EBS:VolumeP-IOPS${suffix}`;
  return [storage, { usageType, quantity: iops ?? 0, amount: new Big(prices.iops).times(iops ?? 0) }];
}

/** What a snapshot costs a month at most: as if every block of the volume was written. */
export function snapshotPrice(region: string, size: number): MonthlyPrice[] {
  const prices = PRICES[region];
  if (!prices) return [];
  const amount = new Big(prices.snapshot).times(size);
  return [{ usageType: `${prices.prefix}EBS:SnapshotUsage`, quantity: size, amount }];
}
