import { expect, test } from '@jest/globals';
import type { Execution } from '../../../src/sdk/define-tool.ts';
import { snapshotAndDeleteVolumeAt } from '../../../src/tools/aws/snapshot-and-delete-volume.ts';
import { approved } from './aws-world.ts';
import { awsError, contextWith, type FakeAws, fakeAws, REGION, type Script, snapshot, volume } from './fake-aws.ts';

const ID = 'r-00000000/1';
const args = { region: REGION, volumeId: 'vol-0a0a0a0a' };
const tool = snapshotAndDeleteVolumeAt({ everyMs: 1, looks: 3, retryAfterMs: 20_000 });
const { undo } = tool;
if (undo === undefined) throw new Error('it has an undo');

/** An account with one volume, where things happen as they do in EC2; a test's script comes before it. */
function account(
  script: Script = {},
  state = { volumes: [volume(args.volumeId)], snapshots: [] as ReturnType<typeof snapshot>[] },
) {
  const matches = (
    Filters: readonly { Name?: string | undefined; Values?: string[] | undefined }[] | undefined,
    name: string,
    value: string,
  ) => (Filters ?? []).every(({ Name, Values = [] }) => Name !== name || Values.includes(value));
  const tagOf = ({ Tags }: { Tags: readonly { Key: string; Value: string }[] }, key: string) =>
    Tags.find(({ Key }) => Key === key)?.Value ?? '';
  const fake = fakeAws({
    'ec2.DescribeVolumes': ({ VolumeIds, Filters }) => {
      const Volumes = state.volumes.filter(
        (one) =>
          (VolumeIds?.includes(one.VolumeId) ?? true) &&
          matches(Filters, 'volume-id', one.VolumeId) &&
          matches(Filters, 'tag:belay:action', tagOf(one, 'belay:action')),
      );
      if (VolumeIds !== undefined && Volumes.length === 0) throw awsError('InvalidVolume.NotFound');
      return { Volumes };
    },
    'ec2.DescribeSnapshots': ({ Filters }) => ({
      Snapshots: state.snapshots.filter(
        (one) =>
          matches(Filters, 'volume-id', one.VolumeId) &&
          matches(Filters, 'tag:belay:action', tagOf(one, 'belay:action')),
      ),
    }),
    'ec2.CreateSnapshot': ({ DryRun, VolumeId }) => {
      if (DryRun === true) throw awsError('DryRunOperation', 412);
      state.snapshots.push(snapshot(`snap-${state.snapshots.length + 1}`, VolumeId ?? ''));
      return { SnapshotId: `snap-${state.snapshots.length}` };
    },
    'ec2.DeleteVolume': ({ DryRun, VolumeId }) => {
      if (DryRun === true) throw awsError('DryRunOperation', 412);
      state.volumes = state.volumes.filter((one) => one.VolumeId !== VolumeId);
      return {};
    },
    'ec2.CreateVolume': (input) => {
      state.volumes.push(
        volume('vol-0b0b0b0b', { ...input, VolumeId: 'vol-0b0b0b0b', Tags: input.TagSpecifications?.[0]?.Tags ?? [] }),
      );
      return { VolumeId: 'vol-0b0b0b0b' };
    },
    ...script,
  });
  return { ...fake, state, context: contextWith(fake.client) };
}
type Account = ReturnType<typeof account>;

const approve = async ({ context }: Account): Promise<Execution> =>
  approved(tool, args, await tool.preview(args, context), ID);
const writes = ({ asked }: Pick<FakeAws, 'asked'>) =>
  asked.flatMap(({ operation, input }) =>
    /\.(Create|Delete)/.test(operation) && !JSON.stringify(input).includes('DryRun') ? [operation] : [],
  );

test('a preview asks EC2 whether it may, and changes nothing; one that only looks does not even ask', async () => {
  const it = account();
  await approve(it);
  expect(it.asked.map(({ operation }) => operation)).toEqual([
    'ec2.DescribeVolumes',
    'ec2.CreateSnapshot',
    'ec2.DeleteVolume',
  ]);
  expect(writes(it)).toEqual([]);
  const looking = account();
  await tool.preview(args, { ...looking.context, looksOnly: true });
  expect(looking.asked.map(({ operation }) => operation)).toEqual(['ec2.DescribeVolumes']);
});

test('a right that is missing is named at the preview, not after somebody approved', async () => {
  const it = account({
    'ec2.DeleteVolume': () => {
      throw awsError('UnauthorizedOperation', 403);
    },
  });
  await expect(approve(it)).rejects.toMatchObject({
    type: 'stop.forbidden',
    message: expect.stringContaining('ec2:DeleteVolume'),
  });
});

test('the snapshot is made, marked and complete before the volume goes', async () => {
  const it = account();
  const execution = await approve(it);
  const outcome = await tool.execute(args, execution, it.context);
  expect(outcome).toEqual({
    status: 'done',
    summary: `Deleted volume ${args.volumeId} in ${REGION} (100 GiB gp3); snapshot snap-1 keeps what was on it`,
    postState: { volumeId: args.volumeId, snapshotId: 'snap-1' },
  });
  expect(writes(it)).toEqual(['ec2.CreateSnapshot', 'ec2.DeleteVolume']);
  expect(
    it.asked.find(
      ({ operation, input }) => operation === 'ec2.CreateSnapshot' && !JSON.stringify(input).includes('DryRun'),
    )?.input,
  ).toMatchObject({
    VolumeId: args.volumeId,
    TagSpecifications: [
      {
        ResourceType: 'snapshot',
        Tags: expect.arrayContaining([
          { Key: 'belay:action', Value: ID },
          { Key: 'belay:volume', Value: args.volumeId },
        ]),
      },
    ],
  });
});

test('somebody’s own snapshot of the volume, or one of another action, is not taken for the one to keep', async () => {
  const it = account();
  const execution = await approve(it);
  const others = [
    snapshot('snap-a', args.volumeId, { Tags: [] }),
    snapshot('snap-b', args.volumeId, { Tags: [{ Key: 'belay:action', Value: 'r-11111111/1' }] }),
  ];
  it.state.snapshots = [...others];
  expect(await tool.execute(args, execution, it.context)).toMatchObject({ postState: { snapshotId: 'snap-3' } });
  it.state.snapshots = others;
  expect(await tool.reconcile(args, execution, it.context)).toMatchObject({ status: 'unknown' });
});

test('a snapshot under way holds nobody: it is for a later attempt, which finds it, makes no second one, and goes on', async () => {
  const it = account({
    'ec2.CreateSnapshot': ({ DryRun, VolumeId }) => {
      if (DryRun === true) throw awsError('DryRunOperation', 412);
      it.state.snapshots.push(snapshot('snap-1', VolumeId ?? '', { State: 'pending', Progress: '3%' }));
      return { SnapshotId: 'snap-1' };
    },
  });
  const execution = await approve(it);
  await expect(tool.execute(args, execution, it.context)).rejects.toMatchObject({
    type: 'retry.not-yet',
    retryAfterMs: 20_000,
  });
  expect(it.state.volumes).toHaveLength(1);
  expect(await tool.reconcile(args, execution, it.context)).toEqual({ status: 'not-done' });

  it.state.snapshots = [snapshot('snap-1', args.volumeId)];
  expect(await tool.execute(args, execution, it.context)).toMatchObject({ status: 'done' });
  expect(writes(it)).toEqual(['ec2.CreateSnapshot', 'ec2.DeleteVolume']);
});

test.each([
  ['failed', { State: 'error' }, /snapshot snap-1 in eu-west-1 is error/],
  ['is smaller', { VolumeSize: 50 }, /with 50 GiB/],
])('a snapshot that %s deletes nothing', async (_, more, says) => {
  const it = account();
  const execution = await approve(it);
  it.state.snapshots = [snapshot('snap-1', args.volumeId, more)];
  expect(await tool.execute(args, execution, it.context)).toMatchObject({
    status: 'failed',
    summary: expect.stringMatching(says),
  });
  expect(writes(it)).toEqual([]);
});

test('an answer about another volume, from something that heeds no filters, deletes nothing', async () => {
  const it = account({ 'ec2.DescribeSnapshots': () => ({ Snapshots: [snapshot('snap-1', 'vol-0ccccccc')] }) });
  expect(await tool.execute(args, await approve(it), it.context)).toMatchObject({
    status: 'failed',
    summary: expect.stringContaining('is of vol-0ccccccc'),
  });
  expect(writes(it)).toEqual([]);
});

const CHANGES: [string, object, RegExp][] = [
  ['attached', { State: 'in-use', Attachments: [{ InstanceId: 'i-1', State: 'attached' }] }, /attached to i-1/],
  ['asked to be kept', { Tags: [{ Key: 'belay:keep', Value: 'mine' }] }, /asks to keep it/],
  ['made larger', { Size: 200 }, /not what was approved/],
];
test.each(CHANGES)(
  '%s after the approval: the observation differs, and an attempt deletes nothing',
  async (_, more, says) => {
    const it = account();
    const execution = await approve(it);
    it.state.volumes = [volume(args.volumeId, more)];
    expect(await tool.observe(args, execution, it.context)).not.toEqual(execution.precondition);
    expect(await tool.execute(args, execution, it.context)).toMatchObject({
      status: 'failed',
      summary: expect.stringMatching(says),
    });
    expect(writes(it)).toEqual([]);
  },
);

test.each(CHANGES)(
  '%s while the snapshot was made: the volume stays, and the snapshot that is kept is named',
  async (_, more, says) => {
    const it = account({
      'ec2.CreateSnapshot': ({ DryRun, VolumeId }) => {
        if (DryRun === true) throw awsError('DryRunOperation', 412);
        it.state.snapshots.push(snapshot('snap-1', VolumeId ?? ''));
        it.state.volumes = [volume(args.volumeId, more)];
        return { SnapshotId: 'snap-1' };
      },
    });
    const outcome = await tool.execute(args, await approve(it), it.context);
    expect(outcome).toMatchObject({ status: 'failed', summary: expect.stringMatching(says) });
    expect(outcome.summary).toContain('snapshot snap-1 is kept');
    expect(it.state.volumes).toHaveLength(1);
  },
);

test('another tag changes nobody’s mind', async () => {
  const it = account();
  const execution = await approve(it);
  it.state.volumes = [volume(args.volumeId, { Tags: [{ Key: 'note', Value: 'seen' }] })];
  expect(await tool.observe(args, execution, it.context)).toEqual(execution.precondition);
});

test('EC2’s own refusal at the delete is an end that names the kept snapshot; silence is not an end', async () => {
  const refusing = (error: Error) =>
    account({
      'ec2.DeleteVolume': ({ DryRun }) => {
        throw DryRun === true ? awsError('DryRunOperation', 412) : error;
      },
    });
  const busy = refusing(awsError('VolumeInUse'));
  expect(await tool.execute(args, await approve(busy), busy.context)).toMatchObject({
    status: 'failed',
    summary: expect.stringMatching(/^Nothing was deleted: .*VolumeInUse.*snapshot snap-1 is kept$/),
  });
  const silent = refusing(new Error('socket hang up'));
  await expect(tool.execute(args, await approve(silent), silent.context)).rejects.toMatchObject({
    type: 'retry.unreachable',
  });
  const slow = refusing(awsError('RequestLimitExceeded', 503));
  await expect(tool.execute(args, await approve(slow), slow.context)).rejects.toMatchObject({
    type: 'retry.throttled',
  });
});

test('after a crash: gone with its snapshot is done, gone without is for a person, there is not done', async () => {
  const it = account();
  const execution = await approve(it);
  expect(await tool.reconcile(args, execution, it.context)).toEqual({ status: 'not-done' });
  it.state.volumes = [];
  expect(await tool.reconcile(args, execution, it.context)).toMatchObject({
    status: 'unknown',
    why: expect.stringContaining('no snapshot'),
  });
  it.state.snapshots = [snapshot('snap-1', args.volumeId, { State: 'error' })];
  expect(await tool.reconcile(args, execution, it.context)).toMatchObject({ status: 'unknown' });
  it.state.snapshots = [snapshot('snap-1', args.volumeId, { State: 'pending' })];
  await expect(tool.reconcile(args, execution, it.context)).rejects.toMatchObject({ type: 'retry.not-yet' });
  it.state.snapshots = [snapshot('snap-1', args.volumeId)];
  expect(await tool.reconcile(args, execution, it.context)).toMatchObject({
    status: 'done',
    outcome: { postState: { snapshotId: 'snap-1' } },
  });
});

test('vanished with its snapshot under way: a later attempt ends it as done', async () => {
  const it = account();
  const execution = await approve(it);
  it.state.volumes = [];
  it.state.snapshots = [snapshot('snap-1', args.volumeId)];
  expect(await tool.execute(args, execution, it.context)).toMatchObject({ status: 'done' });
  expect(writes(it)).toEqual([]);
});

test('undone, one volume is made however often it is asked for: same zone, type, size, speed, key and tags', async () => {
  const it = account();
  it.state.volumes = [
    volume(args.volumeId, {
      VolumeType: 'io2',
      Iops: 9000,
      Encrypted: true,
      KmsKeyId: 'arn:aws:kms:x',
      MultiAttachEnabled: true,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'aws:cloudformation:stack', Value: 's' },
      ],
    }),
  ];
  const execution = await approve(it);
  const { postState } = await tool.execute(args, execution, it.context);
  const after = { ...execution, postState };
  expect(await undo.stillOurs(args, after, it.context)).toBe(true);
  const outcome = await undo.execute(args, after, it.context);
  expect(outcome).toMatchObject({ status: 'done', postState: { volumeId: 'vol-0b0b0b0b' } });
  expect(await undo.execute(args, after, it.context)).toEqual(outcome);
  expect(await undo.reconcile(args, after, it.context)).toEqual({ status: 'done', outcome });
  const made = it.asked.filter(({ operation }) => operation === 'ec2.CreateVolume');
  expect(made).toHaveLength(1);
  expect(made[0]?.input).toEqual({
    ClientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
    SnapshotId: 'snap-1',
    AvailabilityZone: `${REGION}a`,
    VolumeType: 'io2',
    Size: 100,
    Iops: 9000,
    Encrypted: true,
    KmsKeyId: 'arn:aws:kms:x',
    MultiAttachEnabled: true,
    TagSpecifications: [
      {
        ResourceType: 'volume',
        // AWS's own tags cannot be set.
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'belay:action', Value: `${ID}:undo` },
          { Key: 'belay:volume', Value: args.volumeId },
        ],
      },
    ],
  });
});

test('undo: not while the volume is there, not without its snapshot, not yet while EC2 makes it, and never blindly on an error', async () => {
  const it = account();
  const execution = await approve(it);
  const after = { ...execution, postState: { volumeId: args.volumeId, snapshotId: 'snap-1' } };
  expect(await undo.stillOurs(args, after, it.context)).toBe(false);
  it.state.volumes = [];
  expect(await undo.stillOurs(args, after, it.context)).toBe(false);
  expect(await undo.execute(args, after, it.context)).toMatchObject({
    status: 'failed',
    summary: expect.stringContaining('is gone'),
  });
  it.state.snapshots = [snapshot('snap-1', args.volumeId)];
  expect(await undo.stillOurs(args, after, it.context)).toBe(true);
  const mark = { Tags: [{ Key: 'belay:action', Value: `${ID}:undo` }] };
  it.state.volumes = [volume('vol-0b0b0b0b', { ...mark, State: 'creating' })];
  await expect(undo.execute(args, after, it.context)).rejects.toMatchObject({ type: 'retry.not-yet' });
  expect(await undo.reconcile(args, after, it.context)).toEqual({ status: 'not-done' });
  it.state.volumes = [volume('vol-0b0b0b0b', { ...mark, State: 'error' })];
  expect(await undo.execute(args, after, it.context)).toMatchObject({
    status: 'failed',
    summary: expect.stringContaining('state error'),
  });
  expect(await undo.reconcile(args, after, it.context)).toMatchObject({ status: 'unknown' });
});

test('many previews at once: in their order, each with why it cannot be, few requests, one question of rights for each region', async () => {
  const ids = Array.from({ length: 500 }, (_, at) => `vol-${String(at).padStart(8, '0')}`);
  const state = {
    volumes: ids.slice(2).map((id) => volume(id)),
    snapshots: [],
  };
  state.volumes[0] = volume(ids[2] ?? '', { State: 'in-use', Attachments: [{ InstanceId: 'i-9', State: 'attached' }] });
  const it = account({}, state);
  const previews = await tool.previewMany?.(
    ids.map((volumeId) => ({ region: REGION, volumeId })),
    it.context,
  );
  expect(previews).toHaveLength(500);
  expect(previews?.slice(0, 3)).toEqual([
    { problem: `there is no volume ${ids[0]} in ${REGION} any more` },
    { problem: `there is no volume ${ids[1]} in ${REGION} any more` },
    { problem: expect.stringContaining('attached to i-9') },
  ]);
  const one = await tool.preview({ region: REGION, volumeId: ids[499] ?? '' }, it.context);
  expect(previews?.[499]).toEqual(one);
  expect(it.asked.slice(0, -3).map(({ operation }) => operation)).toEqual([
    ...Array.from({ length: 3 }, () => 'ec2.DescribeVolumes'),
    'ec2.CreateSnapshot',
    'ec2.DeleteVolume',
  ]);
});
