import { afterEach, describe, expect, test } from '@jest/globals';
import type { ListItem } from '../../../src/domain/list-item.ts';
import { deniedReaders } from '../../../src/tools/aws/denied-readers.ts';
import { publicBuckets } from '../../../src/tools/aws/public-buckets.ts';
import { s3BlockPublicAccess } from '../../../src/tools/aws/s3-block-public-access.ts';
import { snapshotAndDeleteVolume } from '../../../src/tools/aws/snapshot-and-delete-volume.ts';
import { unattachedVolumes } from '../../../src/tools/aws/unattached-volumes.ts';
import { volumeReferences } from '../../../src/tools/aws/volume-references.ts';
import type { SandboxAws, SandboxAwsOptions } from '../../../sandbox/aws/start-sandbox-aws.ts';
import { startSandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import type { Bucket } from '../../../sandbox/aws/s3/objects.ts';
import { EXPORTS, FEED } from '../../../sandbox/aws/worlds/buckets.ts';
import { leaveVolumes, leftover, useAgain } from '../../../sandbox/aws/worlds/leftovers.ts';
import { openBuckets } from '../../../sandbox/aws/worlds/public-buckets.ts';
import { volumeId } from '../../../sandbox/aws/worlds/put-volume.ts';
import { until } from '../../support/until.ts';
import { approved, contextFor, PROD } from './aws-world.ts';

let aws: SandboxAws | undefined;
afterEach(() => aws?.stop());

/** A sandbox that is reached as Belay reaches it: by the keys in the environment and a role in each account. */
async function start(options: SandboxAwsOptions): Promise<SandboxAws> {
  aws = await startSandboxAws(options);
  Object.assign(process.env, aws.env);
  return aws;
}

const contextIn = (sandbox: SandboxAws, name: 'prod' | 'dev', items: readonly ListItem[] = []) => {
  const { account, role, externalId } = sandbox.accounts[name];
  const list = async (): Promise<readonly ListItem[]> => items;
  return { ...contextFor(sandbox.endpoint, account, { name, role, externalId }), list };
};

const itemsOf = (found: readonly Omit<ListItem, 'connection'>[] | undefined): ListItem[] =>
  (found ?? []).map((item) => ({ ...item, connection: 'prod' }));

const bucketItem = ({ name, account, region }: Bucket): ListItem => ({
  key: `aws:${account}/${region}/bucket/${name}`,
  title: name,
  connection: 'prod',
  owner: null,
  money: null,
  facts: {},
  action: null,
});

describe('the story of cost', () => {
  test('twelve volumes are found in two accounts and two regions, all with a price; one is young, one asks to be kept', async () => {
    const sandbox = await start({});
    leaveVolumes(sandbox.world);
    const read = (name: 'prod' | 'dev', region: string) =>
      unattachedVolumes.read({ region, minAgeDays: 14 }, contextIn(sandbox, name));
    const readings = await Promise.all([
      read('prod', 'eu-west-1'),
      read('prod', 'us-east-1'),
      read('dev', 'eu-west-1'),
      read('dev', 'us-east-1'),
    ]);
    const facts = readings.map((reading) => unattachedVolumes.facts.parse(reading.facts));
    expect(facts.map(({ count }) => count)).toEqual([4, 3, 3, 2]);
    expect(facts.map(({ kept }) => kept)).toEqual([1, 0, 0, 0]);
    expect(facts.map(({ young }) => young)).toEqual([0, 0, 0, 1]);
    expect(facts.map(({ unpriced }) => unpriced)).toEqual([0, 0, 0, 0]);
    const owners = readings.flatMap(({ items = [] }) => items.map(({ owner }) => owner));
    expect(new Set(owners)).toEqual(new Set(['ada', 'grace', 'nils', null]));
  });

  test('one goes with its snapshot and nothing refers to it; one that is used again meanwhile stays', async () => {
    const sandbox = await start({ pace: { snapshot: 0 } });
    leaveVolumes(sandbox.world);
    const context = contextIn(sandbox, 'prod');
    const { items } = await unattachedVolumes.read({ region: 'us-east-1', minAgeDays: 14 }, context);
    const idOf = (name: string): string => volumeId(leftover(name));
    const plan = async (name: string) => {
      const args = { region: 'us-east-1', volumeId: idOf(name) };
      return {
        args,
        execution: approved(snapshotAndDeleteVolume, args, await snapshotAndDeleteVolume.preview(args, context)),
      };
    };
    const [old, used] = [await plan('search-index-old'), await plan('cache-warm')];
    useAgain(sandbox.world);
    expect(await snapshotAndDeleteVolume.execute(old.args, old.execution, context)).toMatchObject({ status: 'done' });
    expect(await snapshotAndDeleteVolume.execute(used.args, used.execution, context)).toMatchObject({
      status: 'failed',
      summary: expect.stringMatching(/^Nothing was deleted: .* is attached to i-/),
    });
    const gone = itemsOf(items).filter(({ key }) => key.endsWith(idOf('search-index-old')));
    const seen = await volumeReferences.read({ list: 'gone' }, contextIn(sandbox, 'prod', gone));
    expect(seen.facts).toMatchObject({ volumes: 1, gone: 1, referenced: 0, snapshots: { complete: 1 } });
    const legal = { region: 'eu-west-1', id: idOf('legal-hold-2025') };
    const key = `aws:${sandbox.accounts.prod.account}/${legal.region}/volume/${legal.id}`;
    const kept = itemsOf(items)
      .slice(0, 1)
      .map((item) => ({ ...item, key }));
    const named = await volumeReferences.read({ list: 'kept' }, contextIn(sandbox, 'prod', kept));
    expect(named.facts).toMatchObject({
      there: 1,
      referenced: 1,
      references: [expect.stringContaining(`${legal.id}: lt-`)],
    });
  });
});

describe('the story of compliance', () => {
  test.each([
    ['own', 0],
    ['other', 1],
  ] as const)(
    'the public buckets are found and blocked; a reader of the %s account: %d who says who they are is refused',
    async (reader, refused) => {
      const sandbox = await start({ pace: { accessLog: 0 }, readEveryMs: 300, reader });
      openBuckets(sandbox.world, { reader });
      const lookedAt = [...sandbox.world.buckets.values()].filter(({ account }) => account === PROD).map(bucketItem);
      const context = contextIn(sandbox, 'prod', lookedAt);
      const found = await publicBuckets.read({ list: 'all', days: 7 }, context);
      const items = itemsOf(found.items);
      expect(items.map(({ facts }) => [facts['bucket'], facts['readerCount'], facts['anonymousReaders']])).toEqual([
        [EXPORTS, 1, 1],
        [FEED, 1, 0],
      ]);
      const since = new Date().toISOString();
      for (const { action } of items) {
        const args = s3BlockPublicAccess.input.parse(action?.args);
        const execution = approved(s3BlockPublicAccess, args, await s3BlockPublicAccess.preview(args, context));
        expect(await s3BlockPublicAccess.execute(args, execution, context)).toMatchObject({ status: 'done' });
      }
      expect((await publicBuckets.read({ list: 'all', days: 7 }, context)).items).toEqual([]);
      const denied = async () =>
        deniedReaders.facts.parse(
          (await deniedReaders.read({ list: 'blocked', since }, contextIn(sandbox, 'prod', items))).facts,
        );
      await until(
        'both readers have come again',
        async () => (await denied()).withRecords === 2 && (await denied()).deniedAnonymous === 1,
      );
      expect(await denied()).toMatchObject({ deniedIdentified: refused, withoutLog: 0 });
    },
  );
});
