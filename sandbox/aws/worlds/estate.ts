import { idFor } from '../ec2/ids.ts';
import type { Region } from '../ec2/objects.ts';
import type { World } from '../world.ts';
import { DEV, PROD } from './accounts.ts';
import { leftover } from './leftovers.ts';
import type { InstancePlan } from './put-instance.ts';
import { putInstance } from './put-instance.ts';
import { regionOf, volumeId } from './put-volume.ts';

const DAY = 86_400_000;

const prod = (region: string, name: string, more: Partial<InstancePlan> = {}): InstancePlan => ({
  account: PROD.id,
  region,
  name,
  type: 'm7i.large',
  ageDays: 120,
  team: 'checkout',
  ...more,
});
const dev = (region: string, name: string, more: Partial<InstancePlan> = {}): InstancePlan => ({
  ...prod(region, name, { type: 't3.medium', ageDays: 40, team: 'platform', ...more }),
  account: DEV.id,
});

const INSTANCES: readonly InstancePlan[] = [
  prod('eu-west-1', 'checkout-db', { data: 500 }),
  prod('eu-west-1', 'checkout-web'),
  prod('us-east-1', 'search', { data: 200, team: 'search' }),
  prod('us-east-1', 'mail', { state: 'stopped', data: 100, ageDays: 700, team: 'platform' }),
  dev('eu-west-1', 'loadtest'),
  dev('us-east-1', 'jenkins', { data: 80 }),
];

/** An image of its own in each region, made of a snapshot that it keeps from being deleted. */
function putImage(world: World, { account, name: regionName, snapshots, images }: Region): void {
  const name = `${account}/${regionName}/shop-base`;
  const created = world.now() - 200 * DAY;
  const tags = { Name: 'shop-base', team: 'platform', owner: 'grace' };
  const snapshot = { id: idFor('snap', name), volume: idFor('vol', name), size: 20, description: 'shop-base' };
  snapshots.set(snapshot.id, { ...snapshot, started: created, completes: created, encrypted: false, tags });
  const devices = [{ device: '/dev/xvda', snapshot: snapshot.id, size: 20, type: 'gp3' as const }];
  images.set(idFor('ami', name), { id: idFor('ami', name), name: 'shop-base', created, devices, tags });
}

/** A launch template that finds its disk by name: what describes an instance may refer to a volume that none has. */
function putTemplate(world: World): void {
  const { account, region, name: disk } = leftover('legal-hold-2025');
  const name = 'legal-archive';
  const template = idFor('lt', `${account}/${region}/${name}`);
  const userData = `#!/bin/sh\naws ec2 attach-volume --volume-id ${volumeId({ account, region, name: disk })} --device /dev/sdf\n`;
  const created = world.now() - 300 * DAY;
  const version = {
    created,
    image: idFor('ami', `${account}/${region}/shop-base`),
    type: 't3.small',
    userData,
    devices: [],
  };
  regionOf(world, account, region).launchTemplates.set(template, {
    id: template,
    name,
    created,
    versions: [version],
    tags: { owner: 'grace', team: 'legal' },
  });
}

/** The accounts as they are when all is well: instances with their disks, images, a launch template. */
export function putEstate(world: World): void {
  for (const account of world.accounts.values()) for (const region of account.regions.values()) putImage(world, region);
  for (const plan of INSTANCES) putInstance(world, plan);
  putTemplate(world);
}
