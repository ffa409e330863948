import { expect, test } from '@jest/globals';
import { volumeReferences } from '../../../src/tools/aws/volume-references.ts';
import { volumeSavings } from '../../../src/tools/aws/volume-savings.ts';
import { awsError, contextWith, fakeAws, itemOf, REGION, type Script, snapshot, volume } from './fake-aws.ts';

const ids = ['vol-0000000a', 'vol-0000000b', 'vol-0000000c', 'vol-0000000d'] as const;
const [a, b, c, d] = ids;
const NOTHING: Script = {
  'ec2.DescribeVolumes': () => ({ Volumes: [] }),
  'ec2.DescribeSnapshots': () => ({ Snapshots: [] }),
  'ec2.DescribeInstances': () => ({ Reservations: [] }),
  'ec2.DescribeImages': () => ({ Images: [] }),
  'ec2.DescribeLaunchTemplateVersions': () => ({ LaunchTemplateVersions: [] }),
};
const usd = (amount: string) => ({ amount, currency: 'USD', source: 'AWS list prices, EBS, 2026-08-26' });
const items = ids.map((id) => itemOf('volume', id, { money: usd('8.8') }));
const valuesOf = (
  input: { Filters?: readonly { Name?: string | undefined; Values?: string[] | undefined }[] | undefined },
  name: string,
) => input.Filters?.find(({ Name }) => Name === name)?.Values;

test('references: what is there, what names it, and whether the snapshots of what is gone are complete', async () => {
  const { client } = fakeAws({
    ...NOTHING,
    'ec2.DescribeVolumes': () => ({
      Volumes: [volume(a, { State: 'in-use', Attachments: [{ InstanceId: 'i-1', State: 'attached' }] })],
    }),
    'ec2.DescribeSnapshots': () => ({
      Snapshots: [
        snapshot('snap-b', b),
        snapshot('snap-c', c, { State: 'pending' }),
        // Somebody's own backup of it is not the one that Belay kept.
        snapshot('snap-d', d, { Tags: [] }),
      ],
    }),
    'ec2.DescribeInstances': () => ({
      Reservations: [
        {
          Instances: [
            { InstanceId: 'i-2', State: { Name: 'stopped' }, BlockDeviceMappings: [{ Ebs: { VolumeId: c } }] },
          ],
        },
      ],
    }),
    'ec2.DescribeImages': () => ({
      Images: [{ ImageId: 'ami-1', BlockDeviceMappings: [{ Ebs: { SnapshotId: 'snap-b' } }] }],
    }),
    'ec2.DescribeLaunchTemplateVersions': () => ({
      LaunchTemplateVersions: [
        {
          LaunchTemplateId: 'lt-1',
          VersionNumber: 3,
          LaunchTemplateData: { UserData: Buffer.from(`aws ec2 attach-volume --volume-id ${d}`).toString('base64') },
        },
      ],
    }),
  });
  const reading = await volumeReferences.read({ list: 'volumes' }, contextWith(client, { items }));
  expect(volumeReferences.facts.parse(reading.facts)).toEqual(reading.facts);
  expect(reading.facts).toEqual({
    volumes: 4,
    gone: 3,
    there: 1,
    attached: 1,
    thereNames: [`volume ${a} in ${REGION}`],
    referenced: 3,
    references: [`${a}: i-1`, `${c}: i-2`, `${d}: lt-1 version 3`],
    snapshotReferences: ['ami-1 needs snap-b'],
    snapshots: { complete: 1, pending: 1, failed: 0, missing: 1 },
    withoutSnapshot: [`volume ${c} in ${REGION}`, `volume ${d} in ${REGION}`],
  });
});

test('items of other accounts and other kinds are not this connection’s business', async () => {
  const { client, asked } = fakeAws(NOTHING);
  const others = [itemOf('bucket', 'logs'), { ...itemOf('volume', a), key: `aws:222233334444/${REGION}/volume/${a}` }];
  const { facts } = await volumeReferences.read({ list: 'volumes' }, contextWith(client, { items: others }));
  expect(facts.volumes).toBe(0);
  expect(asked).toEqual([]);
});

test('names in facts are at most twenty, however long the list; the counts are whole', async () => {
  const many = Array.from({ length: 1_000 }, (_, at) => itemOf('volume', `vol-${String(at).padStart(8, '0')}`));
  const { client, asked } = fakeAws(NOTHING);
  const { facts, content } = await volumeReferences.read({ list: 'volumes' }, contextWith(client, { items: many }));
  expect(facts).toMatchObject({ gone: 1_000, snapshots: { missing: 1_000 } });
  expect(facts.withoutSnapshot).toHaveLength(20);
  expect(content?.split('\n')).toHaveLength(1_000);
  // 200 to a filter, for volumes and for snapshots; and three lists of the region.
  expect(asked).toHaveLength(5 + 5 + 3);
});

test('without a list there is nothing to look at, and it says so', async () => {
  const { client } = fakeAws(NOTHING);
  await expect(volumeReferences.read({ list: 'volumes' }, contextWith(client))).rejects.toMatchObject({
    type: 'stop.unsupported',
  });
});

/** a: still there. b: gone. c: made again from its snapshot, by hand. d: gone, without a price. */
const AFTER: Script = {
  ...NOTHING,
  'ec2.DescribeVolumes': (input) => ({
    Volumes: [
      ...(valuesOf(input, 'volume-id')?.includes(a) ? [volume(a)] : []),
      ...(valuesOf(input, 'snapshot-id')?.includes('snap-c') ? [volume('vol-0000000e', { SnapshotId: 'snap-c' })] : []),
    ],
  }),
  'ec2.DescribeSnapshots': () => ({ Snapshots: [snapshot('snap-b', b), snapshot('snap-c', c), snapshot('snap-d', d)] }),
};
const priced = [...items.slice(0, 3), itemOf('volume', d)];
const savings = async (script: Script, deletedAt = '2026-10-20T09:00:00Z') =>
  await volumeSavings.read(
    { list: 'done', deletedAt },
    contextWith(fakeAws({ ...AFTER, ...script }).client, { items: priced }),
  );
const day = (Amount: string, usageType = 'EUW1-EBS:VolumeUsage.gp3', Unit = 'USD') => ({
  TimePeriod: { Start: '2026-10-01', End: '2026-10-02' },
  Groups: [
    { Keys: [usageType], Metrics: { UnblendedCost: { Amount, Unit } } },
    { Keys: ['EUW1-EBS:SnapshotUsage'], Metrics: { UnblendedCost: { Amount: '1000', Unit: 'USD' } } },
  ],
});

test('savings: only what is gone for good counts, less what its snapshot costs at most', async () => {
  const reading = await savings({});
  expect(volumeSavings.facts.parse(reading.facts)).toEqual(reading.facts);
  expect(reading.facts).toMatchObject({
    volumes: 4,
    gone: 2,
    recreated: 1,
    there: 1,
    recreatedNames: [`volume ${c} in ${REGION}`],
    thereNames: [`volume ${a} in ${REGION}`],
    unpriced: 1,
    volumeCost: [{ amount: '8.8', currency: 'USD' }],
    // Two snapshots of 100 GiB at 0.05.
    snapshotCostAtMost: [{ amount: '10', currency: 'USD' }],
    // Of the one with a price: 8.80 less 5.
    saved: [{ amount: '3.8', currency: 'USD' }],
    unpricedSnapshots: 0,
    sources: ['AWS list prices, EBS, 2026-08-26'],
  });
});

test('savings in two currencies are never added', async () => {
  const euros = [
    items[1],
    itemOf('volume', d, { money: { amount: '3', currency: 'EUR', source: 'our contract' } }),
  ].flatMap((one) => one ?? []);
  const { facts } = await volumeSavings.read(
    { list: 'done', deletedAt: '2026-10-20T09:00:00Z' },
    contextWith(fakeAws(AFTER).client, { items: euros }),
  );
  expect(facts.volumeCost).toEqual([
    { amount: '3', currency: 'EUR' },
    { amount: '8.8', currency: 'USD' },
  ]);
  expect(facts.saved).toEqual([
    { amount: '3', currency: 'EUR' },
    // What the two snapshots cost, in dollars, goes off the dollars.
    { amount: '-1.2', currency: 'USD' },
  ]);
});

test('snapshots without a price are counted: then what was saved may be less', async () => {
  const bare = () => ({ source: 'a table of volumes', volume: () => null, snapshotAtMost: () => null });
  const { facts } = await volumeSavings.read(
    { list: 'done', deletedAt: '2026-10-20T09:00:00Z' },
    contextWith(fakeAws(AFTER, { prices: bare }).client, { items: priced }),
  );
  expect(facts).toMatchObject({ unpricedSnapshots: 2, saved: [{ amount: '8.8', currency: 'USD' }] });
});

test('Cost Explorer’s word stands beside it, as amounts a month of equally long periods, EBS volumes alone', async () => {
  const asked: unknown[] = [];
  const { facts } = await savings({
    'ce.GetCostAndUsage': ({ TimePeriod }) => {
      asked.push(TimePeriod);
      return { ResultsByTime: [day(asked.length === 1 ? '28' : '14')] };
    },
  });
  expect(asked).toEqual([
    { Start: '2026-10-06', End: '2026-10-20' },
    { Start: '2026-10-21', End: '2026-11-04' },
  ]);
  const [before] = facts.costExplorer?.before.perMonth ?? [];
  expect(Number(before?.amount)).toBeCloseTo((28 / 14) * 30.4167, 4);
  expect(Number(facts.costExplorer?.change[0]?.amount)).toBeCloseTo((-14 / 14) * 30.4167, 4);
  expect(facts).toMatchObject({
    costExplorerMissing: null,
    costExplorer: { source: 'Cost Explorer, 14 days before and after 2026-10-20' },
  });
});

test.each([
  [
    'may not be asked',
    () => {
      throw awsError('AccessDeniedException', 403);
    },
    'ce:GetCostAndUsage',
  ],
  ['has nothing', () => ({ ResultsByTime: [] }), 'has nothing on EBS volumes'],
  [
    'gives half an amount',
    () => ({ ResultsByTime: [{ TimePeriod: { Start: 'a', End: 'b' }, Total: { UnblendedCost: { Amount: '1' } } }] }),
    'no amount with a currency',
  ],
])('a Cost Explorer that %s is named, and the savings stand without it', async (_, answer, says) => {
  const { facts } = await savings({ 'ce.GetCostAndUsage': answer });
  expect(facts).toMatchObject({ gone: 2, costExplorer: null, costExplorerMissing: expect.stringContaining(says) });
});

test('a throttled Cost Explorer is asked again later, not taken for one that has nothing', async () => {
  const throttled = savings({
    'ce.GetCostAndUsage': () => {
      throw awsError('ThrottlingException');
    },
  });
  await expect(throttled).rejects.toMatchObject({ type: 'retry.throttled' });
});

test('a day after the deletion Cost Explorer cannot know yet, and is not asked', async () => {
  const { facts } = await savings(
    {
      'ce.GetCostAndUsage': () => {
        throw new Error('asked');
      },
    },
    '2026-11-26T09:00:00Z',
  );
  expect(facts.costExplorerMissing).toBe('Cost Explorer has no whole day after it yet');
});
