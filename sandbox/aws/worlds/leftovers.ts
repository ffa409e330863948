import { Big } from 'big.js';
import { volumePrices } from '../cost/prices.ts';
import type { World } from '../world.ts';
import { DEV, PROD } from './accounts.ts';
import type { VolumePlan } from './put-volume.ts';
import { putVolume, regionOf, volumeId } from './put-volume.ts';

type Plan = readonly [VolumePlan['name'], VolumePlan['type'], size: number, ageDays: number, Partial<VolumePlan>];

const inRegion = (account: string, region: string, plans: readonly Plan[]): VolumePlan[] =>
  plans.map(([name, type, size, ageDays, { tags, ...more }]) => {
    const environment = account === PROD.id ? 'production' : 'development';
    const named = name === '' ? {} : { Name: name };
    return { account, region, name, type, size, ageDays, ...more, tags: { ...named, environment, ...tags } };
  });

const ada = { owner: 'ada', team: 'analytics' };
const grace = { owner: 'grace', team: 'checkout' };

/**
 * What nobody cleaned up: fourteen volumes that nothing is attached to. One has no owner (and no name), the owner of one is
 * nobody the sandbox knows, one asks to be kept, one is three days old.
 */
export const LEFTOVERS: readonly VolumePlan[] = [
  ...inRegion(PROD.id, 'eu-west-1', [
    ['checkout-db-before-upgrade', 'io1', 200, 210, { iops: 4000, idleDays: 190, tags: grace }],
    ['reporting-scratch', 'gp2', 1000, 400, { idleDays: 120, tags: ada }],
    ['orders-restore-test', 'gp3', 500, 95, { idleDays: 94, tags: ada }],
    [
      'legal-hold-2025',
      'st1',
      2000,
      500,
      { idleDays: 300, tags: { ...grace, 'belay:keep': 'legal hold until 2027-06' } },
    ],
    ['', 'gp2', 100, 320, { idleDays: 319 }],
  ]),
  ...inRegion(PROD.id, 'us-east-1', [
    [
      'search-index-old',
      'gp3',
      800,
      150,
      { iops: 6000, throughput: 250, idleDays: 60, tags: { ...grace, team: 'search' } },
    ],
    ['mail-archive', 'sc1', 4000, 700, { idleDays: 400, tags: { owner: 'nils', team: 'platform' } }],
    ['cache-warm', 'gp2', 50, 45, { idleDays: 20, tags: ada }],
  ]),
  ...inRegion(DEV.id, 'eu-west-1', [
    ['loadtest-1', 'gp3', 300, 60, { idleDays: 55, tags: ada }],
    ['loadtest-2', 'gp3', 300, 60, { idleDays: 55, tags: ada }],
    ['ml-experiment', 'io2', 400, 180, { iops: 3000, encrypted: true, idleDays: 100, tags: grace }],
  ]),
  ...inRegion(DEV.id, 'us-east-1', [
    ['jenkins-agent-old', 'gp2', 200, 600, { idleDays: 250, tags: { ...grace, team: 'platform' } }],
    ['tmp-db-copy', 'standard', 80, 900, { tags: ada }],
    ['build-cache', 'gp3', 100, 3, { idleDays: 2, tags: ada }],
  ]),
];

/** @throws when there is none of that name */
export function leftover(name: string): VolumePlan {
  const plan = LEFTOVERS.find((each) => each.name === name);
  if (!plan) throw new Error(`no leftover is called ${name}`);
  return plan;
}

export function leaveVolumes(world: World): void {
  for (const plan of LEFTOVERS) putVolume(world, plan);
}

/** What is left over and what it costs a month, in a sentence. */
export function leftoversText(world: World): string {
  const left = LEFTOVERS.flatMap((plan) => {
    const volume = regionOf(world, plan.account, plan.region).volumes.get(volumeId(plan));
    return volume && !volume.attachment ? [volumePrices(plan.region, volume)] : [];
  });
  const cost = left.flat().reduce((sum, { amount }) => sum.plus(amount), new Big(0));
  return `${left.length} EBS volumes are left behind in ${world.accounts.size} AWS accounts, attached to nothing; they cost ${cost.toFixed(2)} USD a month`;
}

/** Takes those away that are still there and still unused. */
export function clearLeftovers(world: World): void {
  for (const plan of LEFTOVERS) {
    const { volumes } = regionOf(world, plan.account, plan.region);
    if (!volumes.get(volumeId(plan))?.attachment) volumes.delete(volumeId(plan));
  }
}

export const areLeft = (world: World): boolean =>
  LEFTOVERS.some((plan) => regionOf(world, plan.account, plan.region).volumes.has(volumeId(plan)));

/** What happens between a plan and its execution: somebody uses one of them again. */
export function useAgain(world: World, name = 'cache-warm'): void {
  const plan = leftover(name);
  const { volumes, instances } = regionOf(world, plan.account, plan.region);
  const [volume, instance] = [volumes.get(volumeId(plan)), instances.values().next().value];
  if (!volume || !instance) throw new Error(`${name} cannot be attached: it, or every instance beside it, is gone`);
  volume.attachment = { instance: instance.id, device: '/dev/sdg', since: world.now(), deleteOnTermination: false };
  volume.lastAttached = world.now();
}
