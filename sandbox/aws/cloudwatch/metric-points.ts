import type { Region, Volume } from '../ec2/objects.ts';
import type { World } from '../world.ts';

export interface MetricWish {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** Milliseconds. */
  readonly period: number;
  readonly stat: 'Sum' | 'Average' | 'Maximum' | 'Minimum' | 'SampleCount';
}

export interface MetricPoint {
  readonly at: number;
  readonly value: number;
}

const MINUTE = 60_000;

/** What a volume in use does in a minute, by metric. */
const VOLUME_RATES: Readonly<Record<string, number>> = {
  VolumeReadOps: 42,
  VolumeWriteOps: 130,
  VolumeReadBytes: 688_128,
  VolumeWriteBytes: 1_064_960,
  VolumeIdleTime: 48,
};

/** When a volume was in use, as far as the sandbox knows: EBS counts only then. */
const usedUntil = (volume: Volume, now: number): number | undefined => (volume.attachment ? now : volume.lastAttached);

function volumePoints(volume: Volume, wish: MetricWish, now: number): MetricPoint[] {
  const rate = VOLUME_RATES[wish.name];
  const until = usedUntil(volume, now);
  if (rate === undefined || until === undefined) return [];
  const points: MetricPoint[] = [];
  for (let at = Math.floor(wish.start / wish.period) * wish.period; at < wish.end; at += wish.period) {
    const minutes = Math.floor((Math.min(at + wish.period, until) - Math.max(at, volume.created)) / MINUTE);
    if (minutes <= 0) continue;
    points.push({ at, value: wish.stat === 'Sum' ? rate * minutes : wish.stat === 'SampleCount' ? minutes : rate });
  }
  return points;
}

/** The points of a metric, oldest first; none where nothing was counted, which is how CloudWatch says it. */
export function metricPoints(world: World, region: Region | undefined, wish: MetricWish): MetricPoint[] {
  if (wish.namespace !== 'AWS/EBS') return [];
  const volume = region?.volumes.get(wish.dimensions['VolumeId'] ?? '');
  return volume ? volumePoints(volume, wish, world.now()) : [];
}
