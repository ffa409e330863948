import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  AttachVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { Failure } from '../../../src/domain/failure.ts';
import { snapshotAndDeleteVolume } from '../../../src/tools/aws/snapshot-and-delete-volume.ts';
import { unattachedVolumes } from '../../../src/tools/aws/unattached-volumes.ts';
import { describeReal } from '../../support/parts.ts';
import { MOTO_CREDENTIALS, type RunningMoto, startMoto } from '../../support/start-moto.ts';
import { approved, contextFor, PROD, REGIONS, somebody, STAGING } from './aws-world.ts';

const later = { now: () => new Date(Date.now() + 30 * 86_400_000) };
const tool = snapshotAndDeleteVolume;

describeReal('volumes of a real API', ['moto'], () => {
  let moto: RunningMoto;
  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = MOTO_CREDENTIALS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = MOTO_CREDENTIALS.secretAccessKey;
    moto = await startMoto();
  });
  afterAll(async () => {
    await moto?.stop();
  });

  test('each account and each region shows its own unattached volumes, priced, with owners, and nothing else', async () => {
    const wanted = new Map<string, string>();
    for (const account of [PROD, STAGING])
      for (const region of REGIONS)
        wanted.set(
          `aws:${account}/${region}/volume/${await somebody(moto.url, account, region).volume({ Owner: 'ada' })}`,
          'ada',
        );
    const found = [];
    for (const account of [PROD, STAGING])
      for (const region of REGIONS) {
        const reading = await unattachedVolumes.read(
          { region, minAgeDays: 14 },
          { ...contextFor(moto.url, account), ...later },
        );
        expect(unattachedVolumes.facts.parse(reading.facts)).toEqual(reading.facts);
        found.push(...(reading.items ?? []));
      }
    expect(new Map(found.map(({ key, owner }) => [key, owner]))).toEqual(wanted);
    expect(found.find(({ key }) => key.includes('eu-west-1'))?.money).toEqual({
      amount: '8.8',
      currency: 'USD',
      source: 'AWS list prices, EBS, 2026-08-26',
    });
  });

  test('a volume goes from found to deleted with its snapshot kept, and comes back as it was', async () => {
    const ada = somebody(moto.url, PROD);
    const volumeId = await ada.volume(
      { Owner: 'ada', Team: 'web' },
      { Size: 20, Iops: 4000, Throughput: 200, Encrypted: true },
    );
    const context = contextFor(moto.url, PROD);
    const args = { region: 'eu-west-1', volumeId };
    const preview = await tool.preview(args, context);
    expect(preview.target).toMatchObject({
      key: `aws:${PROD}/eu-west-1/volume/${volumeId}`,
      tags: { team: 'web', account: PROD },
    });
    const execution = approved(tool, args, preview);
    expect(await tool.observe(args, execution, context)).toEqual(preview.precondition);
    expect(await tool.reconcile(args, execution, context)).toEqual({ status: 'not-done' });

    const outcome = await tool.execute(args, execution, context);
    expect(outcome).toMatchObject({ status: 'done' });
    const { Volumes = [] } = await ada.ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'volume-id', Values: [volumeId] }] }),
    );
    expect(Volumes).toEqual([]);
    expect(await tool.reconcile(args, execution, context)).toEqual({ status: 'done', outcome });
    await expect(tool.observe(args, execution, context)).rejects.toMatchObject({ type: 'stop.not-found' });

    const after = { ...execution, postState: outcome.postState };
    expect(await tool.undo?.stillOurs(args, after, context)).toBe(true);
    expect(await tool.undo?.reconcile(args, after, context)).toEqual({ status: 'not-done' });
    const undone = await tool.undo?.execute(args, after, context);
    const again = await tool.undo?.execute(args, after, context);
    expect(undone).toMatchObject({ status: 'done' });
    expect(again).toEqual(undone);
    expect(await tool.undo?.reconcile(args, after, context)).toEqual({ status: 'done', outcome: undone });
    const back = await ada.ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'tag:belay:volume', Values: [volumeId] }] }),
    );
    expect(back.Volumes).toHaveLength(1);
    expect(back.Volumes?.[0]).toMatchObject({
      Size: 20,
      VolumeType: 'gp3',
      Iops: 4000,
      Throughput: 200,
      Encrypted: true,
      AvailabilityZone: 'eu-west-1a',
    });
    expect(Object.fromEntries((back.Volumes?.[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      Owner: 'ada',
      Team: 'web',
    });
  });

  test('attached between approval and act: nothing is deleted', async () => {
    const ada = somebody(moto.url, PROD);
    const volumeId = await ada.volume();
    const context = contextFor(moto.url, PROD);
    const args = { region: 'eu-west-1', volumeId };
    const execution = approved(tool, args, await tool.preview(args, context));
    const { Instances = [] } = await ada.ec2.send(
      new RunInstancesCommand({ ImageId: 'ami-12c6146b', MinCount: 1, MaxCount: 1 }),
    );
    await ada.ec2.send(
      new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: Instances[0]?.InstanceId ?? '', Device: '/dev/sdf' }),
    );

    expect(await tool.execute(args, execution, context)).toMatchObject({
      status: 'failed',
      summary: expect.stringMatching(/^Nothing was deleted: .* is attached to i-/),
    });
    await expect(tool.preview(args, context)).rejects.toMatchObject({ type: 'stop.invalid-input' });
    const { Snapshots = [] } = await ada.ec2.send(
      new DescribeSnapshotsCommand({ Filters: [{ Name: 'volume-id', Values: [volumeId] }] }),
    );
    expect(Snapshots).toEqual([]);
  });

  test('a credential of another account is refused by name before anything is asked with it', async () => {
    const context = contextFor(moto.url, STAGING, { name: 'prod', account: PROD, role: undefined });
    const refused = unattachedVolumes.read({ region: 'eu-west-1', minAgeDays: 0 }, context);
    await expect(refused).rejects.toBeInstanceOf(Failure);
    await expect(refused).rejects.toMatchObject({
      type: 'stop.forbidden',
      message: expect.stringContaining(
        `connection prod (account ${PROD}) is for account ${PROD}, and its credential is of account`,
      ),
    });
  });
});
