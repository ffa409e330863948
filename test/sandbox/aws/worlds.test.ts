import { describe, expect, test } from '@jest/globals';
import { may } from '../../../sandbox/aws/s3/may.ts';
import type { World } from '../../../sandbox/aws/world.ts';
import { bucketNamed, EXPORTS, FEED } from '../../../sandbox/aws/worlds/buckets.ts';
import { leftover, LEFTOVERS, useAgain } from '../../../sandbox/aws/worlds/leftovers.ts';
import { regionOf, volumeId } from '../../../sandbox/aws/worlds/put-volume.ts';
import { heal } from '../../../sandbox/stories/heal.ts';
import { storyNamed } from '../../../sandbox/stories/stories.ts';
import { ToyCluster } from '../cluster/toy-cluster.ts';

const unattached = (world: World): string[] =>
  [...world.accounts.values()]
    .flatMap(({ regions }) => [...regions.values()].flatMap(({ volumes }) => [...volumes.values()]))
    .filter(({ attachment }) => attachment === undefined)
    .map(({ id }) => id);

const publicBuckets = (world: World): string[] =>
  [...world.buckets.values()].filter((bucket) => may(bucket, undefined, 's3:GetObject', 'x')).map(({ name }) => name);

describe('unattached-volumes', () => {
  const story = storyNamed('unattached-volumes');

  test('leaves fourteen behind where there was none, in every region of both accounts; healed, none is left', () => {
    const { systems } = new ToyCluster();
    expect(unattached(systems.aws)).toEqual([]);
    expect(story.isOn(systems)).toBe(false);
    story.break(systems);
    expect(unattached(systems.aws).toSorted()).toEqual(LEFTOVERS.map(volumeId).toSorted());
    expect(new Set(LEFTOVERS.map(({ account, region }) => `${account} ${region}`)).size).toBe(4);
    expect(LEFTOVERS).toHaveLength(14);
    expect(story.isOn(systems)).toBe(true);
    heal(systems);
    expect(unattached(systems.aws)).toEqual([]);
    expect(story.isOn(systems)).toBe(false);
  });

  test('has what such lists have: one without owner, one of somebody who is gone, one to be kept, one that is young', () => {
    const count = (fits: (plan: (typeof LEFTOVERS)[number]) => boolean): number => LEFTOVERS.filter(fits).length;
    expect(count(({ tags }) => tags?.['owner'] === undefined)).toBe(1);
    expect(count(({ tags }) => tags?.['owner'] === 'nils')).toBe(1);
    expect(count(({ tags }) => tags?.['belay:keep'] !== undefined)).toBe(1);
    expect(count(({ ageDays }) => ageDays < 14)).toBe(1);
    expect(new Set(LEFTOVERS.map(({ type }) => type)).size).toBe(7);
    expect(new Set(LEFTOVERS.map(volumeId)).size).toBe(14);
  });

  test('one that is used again is attached to an instance beside it, and stays when the rest is cleared', () => {
    const { systems } = new ToyCluster();
    expect(() => useAgain(systems.aws)).toThrow(/cache-warm cannot be attached/);
    story.break(systems);
    useAgain(systems.aws);
    const plan = leftover('cache-warm');
    const { volumes, instances } = regionOf(systems.aws, plan.account, plan.region);
    expect(instances.has(volumes.get(volumeId(plan))?.attachment?.instance ?? '')).toBe(true);
    expect(unattached(systems.aws)).toHaveLength(13);
    heal(systems);
    expect(volumes.get(volumeId(plan))?.attachment).toBeDefined();
  });
});

describe('public-buckets', () => {
  const story = storyNamed('public-buckets');

  test('opens two buckets of several to everybody; healed, none is open, and what the logs say stays', () => {
    const { systems } = new ToyCluster();
    expect(publicBuckets(systems.aws)).toEqual([]);
    story.break(systems);
    expect(publicBuckets(systems.aws)).toEqual([EXPORTS, FEED]);
    expect(story.isOn(systems)).toBe(true);
    const logs = bucketNamed(systems.aws, 'shop-access-logs-eu').objects;
    const size = logs.size;
    expect(size).toBeGreaterThan(20);
    heal(systems);
    expect(publicBuckets(systems.aws)).toEqual([]);
    expect(story.isOn(systems)).toBe(false);
    expect(logs.size).toBe(size);
  });

  test('its logs show a week of an anonymous scraper on one, and of a role on the other', () => {
    const { systems } = new ToyCluster();
    story.break(systems);
    const readersIn = (logs: string, prefix: string): Set<string | undefined> =>
      new Set(
        [...bucketNamed(systems.aws, logs).objects]
          .filter(([key]) => key.startsWith(`${prefix}/`))
          .flatMap(([, { body }]) => body.toString().trim().split('\n'))
          .map((line) =>
            line
              .replace(/\[[^\]]*\]/, 'time')
              .split(' ')
              .slice(3, 5)
              .join(' '),
          ),
      );
    expect(readersIn('shop-access-logs-eu', EXPORTS)).toEqual(new Set(['203.0.113.77 -']));
    expect(readersIn('shop-access-logs-us', FEED)).toEqual(
      new Set(['10.20.1.15 arn:aws:sts::111122223333:assumed-role/report-builder/nightly-report']),
    );
  });
});
