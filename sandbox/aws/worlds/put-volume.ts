import type { Region, Tags, Volume, VolumeType } from '../ec2/objects.ts';
import { idFor } from '../ec2/ids.ts';
import type { World } from '../world.ts';

const DAY = 86_400_000;

export interface VolumePlan {
  readonly account: string;
  readonly region: string;
  /** Its id comes from it, so it is the same each time. */
  readonly name: string;
  readonly type: VolumeType;
  /** GiB. */
  readonly size: number;
  readonly ageDays: number;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encrypted?: boolean;
  /** Days since something used it; left out: nothing ever did. */
  readonly idleDays?: number;
  readonly tags?: Tags;
}

/** @throws when a plan names what is not there */
export function regionOf(world: World, account: string, region: string): Region {
  const found = world.accounts.get(account)?.regions.get(region);
  if (!found) throw new Error(`the sandbox has no ${region} in account ${account}`);
  return found;
}

/** The id that a planned volume has. */
export const volumeId = ({ account, region, name }: Pick<VolumePlan, 'account' | 'region' | 'name'>): string =>
  idFor('vol', `${account}/${region}/${name}`);

const USUAL_IOPS: Partial<Record<VolumeType, (size: number) => number>> = {
  gp2: (size) => Math.min(16_000, Math.max(100, size * 3)),
  gp3: () => 3000,
};

/** Puts a volume into the world as if it had been there for long. */
export function putVolume(world: World, plan: VolumePlan): Volume {
  const now = world.now();
  const volume: Volume = {
    id: volumeId(plan),
    size: plan.size,
    type: plan.type,
    iops: plan.iops ?? USUAL_IOPS[plan.type]?.(plan.size),
    throughput: plan.type === 'gp3' ? (plan.throughput ?? 125) : undefined,
    zone: `${plan.region}a`,
    created: now - plan.ageDays * DAY,
    ready: now - plan.ageDays * DAY,
    encrypted: plan.encrypted ?? false,
    snapshot: undefined,
    attachment: undefined,
    lastAttached: plan.idleDays === undefined ? undefined : now - plan.idleDays * DAY,
    tags: { ...plan.tags },
  };
  regionOf(world, plan.account, plan.region).volumes.set(volume.id, volume);
  return volume;
}
