import { idFor } from '../ec2/ids.ts';
import type { Instance } from '../ec2/objects.ts';
import type { World } from '../world.ts';
import { putVolume, regionOf } from './put-volume.ts';

const DAY = 86_400_000;

export interface InstancePlan {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly type: string;
  readonly state?: Instance['state'];
  readonly ageDays: number;
  readonly team: string;
  /** GiB of the disk beside the root, if there is one. */
  readonly data?: number;
}

/** Puts an instance into the world, with its root disk and, if planned, one for data. */
export function putInstance(world: World, plan: InstancePlan): Instance {
  const { account, region: regionName, name, team, ageDays } = plan;
  const region = regionOf(world, account, regionName);
  const launched = world.now() - ageDays * DAY;
  const tags = { Name: name, team, owner: 'grace' };
  const instance: Instance = {
    id: idFor('i', `${account}/${regionName}/${name}`),
    type: plan.type,
    state: plan.state ?? 'running',
    launched,
    zone: `${regionName}a`,
    image: idFor('ami', `${account}/${regionName}/shop-base`),
    tags,
  };
  region.instances.set(instance.id, instance);
  const disks = [
    { device: '/dev/xvda', size: 20, deleteOnTermination: true },
    ...(plan.data === undefined ? [] : [{ device: '/dev/sdf', size: plan.data, deleteOnTermination: false }]),
  ];
  for (const { device, size, deleteOnTermination } of disks) {
    const where = { account, region: regionName, name: `${name}${device}` };
    const volume = putVolume(world, {
      ...where,
      type: 'gp3',
      size,
      ageDays,
      tags: { ...tags, Name: `${name} ${device}` },
    });
    volume.attachment = { instance: instance.id, device, since: launched, deleteOnTermination };
    volume.lastAttached = launched;
  }
  return instance;
}
