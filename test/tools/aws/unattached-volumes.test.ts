import { expect, test } from '@jest/globals';
import { array, assert, asyncProperty, record, string } from 'fast-check';
import { ListItem } from '../../../src/domain/list-item.ts';
import { unattachedVolumes } from '../../../src/tools/aws/unattached-volumes.ts';
import { ACCOUNT, awsError, contextWith, fakeAws, REGION, type Script, volume } from './fake-aws.ts';

const read = async (script: Script, minAgeDays = 14, more = {}) =>
  await unattachedVolumes.read({ region: REGION, minAgeDays }, contextWith(fakeAws(script, more).client));
const answering = (...Volumes: ReturnType<typeof volume>[]): Script => ({ 'ec2.DescribeVolumes': () => ({ Volumes }) });
const idsOf = (items: readonly { key: string }[] | undefined) => items?.map(({ key }) => key.split('/').at(-1));
const tagged = (tags: Record<string, string>) => ({
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

test('an item says what it is, whose, what it costs and what would be done', async () => {
  const tags = tagged({ Name: 'old disk', OWNER: 'ada@example.com', Team: 'web', env: 'prod', DataClass: 'pii' });
  const { items, facts, summary } = await read(answering(volume('vol-0a', tags)));
  expect(items).toEqual([
    {
      key: `aws:${ACCOUNT}/${REGION}/volume/vol-0a`,
      title: `volume vol-0a ("old disk", 100 GiB gp3) in ${REGION}`,
      owner: 'ada@example.com',
      money: { amount: '8.8', currency: 'USD', source: 'AWS list prices, EBS, 2026-08-26' },
      facts: expect.objectContaining({
        name: 'old disk',
        type: 'gp3',
        sizeGib: 100,
        tags: { team: 'web', environment: 'prod', dataClass: 'pii' },
      }),
      action: { tool: 'aws.snapshot_and_delete_volume', args: { region: REGION, volumeId: 'vol-0a' } },
    },
  ]);
  expect(ListItem.omit({ connection: true }).parse(items?.[0])).toEqual(items?.[0]);
  expect(facts).toMatchObject({ count: 1, unowned: 0, unpriced: 0, money: [{ amount: '8.8', currency: 'USD' }] });
  expect(summary).toBe(`1 unattached volumes in ${REGION} of ${ACCOUNT}, 8.80 USD a month; 0 asked to be kept`);
});

test('young ones, and ones that ask to be kept, are counted and are no items', async () => {
  const { items, facts } = await read(
    answering(
      volume('vol-0a'),
      volume('vol-0b', { CreateTime: new Date('2026-11-20T12:00:00Z') }),
      volume('vol-0c', tagged({ 'Belay:Keep': '' })),
      volume('vol-0d', tagged({ 'belay:keep': 'until the audit' })),
      volume('vol-0e', tagged({ 'belay:keep': 'No' })),
    ),
  );
  expect(idsOf(items)).toEqual(['vol-0a', 'vol-0e']);
  expect(facts).toMatchObject({ count: 2, young: 1, kept: 2, unowned: 2 });
});

test('exactly minAgeDays old is old enough', async () => {
  const made = (CreateTime: string) => volume('vol-0a', { CreateTime: new Date(CreateTime) });
  expect((await read(answering(made('2026-11-13T12:00:00Z')))).facts.count).toBe(1);
  expect((await read(answering(made('2026-11-13T12:00:01Z')))).facts.count).toBe(0);
});

test('which tags name an owner, and which ask to be kept, is the connection’s to say', async () => {
  const script = answering(
    volume('vol-0a', tagged({ owner: 'x', squad: 'y' })),
    volume('vol-0b', tagged({ legal: 'hold' })),
  );
  const { items } = await read(script, 0, { ownerTags: ['Squad'], keepTags: ['legal'] });
  expect(items?.map(({ owner }) => owner)).toEqual(['y']);
});

test('no price is null and counted, never a guess: a type or a region that the table does not have', async () => {
  const { items, facts } = await read(
    answering(
      volume('vol-0a', { VolumeType: 'gp9' }),
      volume('vol-0b'),
      volume('vol-0c', { VolumeType: 'constructor' }),
    ),
  );
  expect(items?.map(({ money }) => money?.amount ?? null)).toEqual(['8.8', null, null]);
  expect(facts).toMatchObject({ unpriced: 2, money: [{ amount: '8.8', currency: 'USD' }] });
});

test('what is attached, or on its way in or out, is none of them, whatever its state says', async () => {
  const { items } = await read(
    answering(
      volume('vol-0a', { Attachments: [{ InstanceId: 'i-1', State: 'attaching' }] }),
      volume('vol-0b', { State: 'in-use' }),
      volume('vol-0c', { State: 'deleting' }),
      volume('vol-0d', { Attachments: [{ InstanceId: 'i-1', State: 'detached' }] }),
    ),
    0,
  );
  expect(idsOf(items)).toEqual(['vol-0d']);
});

test.each(['VolumeId', 'Size', 'State', 'CreateTime', 'VolumeType', 'AvailabilityZone'])(
  'half a description (no %s) is refused rather than acted on',
  async (field) => {
    await expect(read(answering(volume('vol-0a', { [field]: undefined })))).rejects.toMatchObject({
      type: 'stop.unsupported',
      message: expect.stringContaining('only in part'),
    });
  },
);

test('a page that fails after a good one fails all; pages are joined by their token', async () => {
  const pages: Script['ec2.DescribeVolumes'] = ({ NextToken }) => {
    if (NextToken === undefined) return { Volumes: [volume('vol-0a')], NextToken: 'two' };
    throw awsError('RequestLimitExceeded', 503);
  };
  await expect(read({ 'ec2.DescribeVolumes': pages })).rejects.toMatchObject({ type: 'retry.throttled' });
});

test('pages that never end are given up', async () => {
  const script: Script = { 'ec2.DescribeVolumes': () => ({ Volumes: [], NextToken: 'again' }) };
  await expect(read(script)).rejects.toMatchObject({
    type: 'stop.unsupported',
    message: expect.stringContaining('pages'),
  });
});

test('over one list’s worth, the dearest are kept and it says so', async () => {
  const many = Array.from({ length: 5_010 }, (_, at) =>
    volume(`vol-${String(at).padStart(8, '0')}`, { Size: 1 + (at % 7) }),
  );
  const { items, facts } = await read(answering(...many));
  expect(items).toHaveLength(5_000);
  expect(facts).toMatchObject({ count: 5_000, complete: false });
  expect(Number(items?.[0]?.money?.amount)).toBeGreaterThan(Number(items?.at(-1)?.money?.amount));
});

test('tags of the longest characters fit as well', async () => {
  const long = '漢'.repeat(256);
  const { items } = await read(
    answering(volume('vol-0a', tagged({ Name: long, owner: long, team: long, env: long, dataclass: long }))),
  );
  expect(Buffer.byteLength(JSON.stringify(items?.[0]?.facts))).toBeLessThanOrEqual(2048);
  ListItem.omit({ connection: true }).parse(items?.[0]);
});

test('whatever tags say, an item stays within its bounds, and its order does not depend on AWS’s', async () => {
  const tag = record({
    Key: string({ maxLength: 200, unit: 'binary-ascii' }),
    Value: string({ maxLength: 400, unit: 'binary-ascii' }),
  });
  await assert(
    asyncProperty(array(array(tag, { maxLength: 15 }), { maxLength: 4 }), async (tagSets) => {
      const all = tagSets.map((Tags, at) => volume(`vol-0${at}`, { Tags }));
      const { items = [] } = await read(answering(...all));
      for (const item of items) {
        ListItem.omit({ connection: true }).parse(item);
        expect(Buffer.byteLength(JSON.stringify(item.facts))).toBeLessThanOrEqual(2048);
      }
      expect((await read(answering(...all.toReversed()))).items).toEqual(items);
    }),
    { numRuns: 30 },
  );
});
