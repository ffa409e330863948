import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  AttachVolumeCommand,
  CreateImageCommand,
  CreateLaunchTemplateCommand,
  CreateSnapshotCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { ListItem } from '../../../src/domain/list-item.ts';
import { cost } from '../../../src/tools/aws/cost.ts';
import { identity } from '../../../src/tools/aws/identity.ts';
import { instances } from '../../../src/tools/aws/instances.ts';
import { metrics } from '../../../src/tools/aws/metrics.ts';
import { snapshotAndDeleteVolume } from '../../../src/tools/aws/snapshot-and-delete-volume.ts';
import { snapshots } from '../../../src/tools/aws/snapshots.ts';
import { tag } from '../../../src/tools/aws/tag.ts';
import { unattachedVolumes } from '../../../src/tools/aws/unattached-volumes.ts';
import { volumeReferences } from '../../../src/tools/aws/volume-references.ts';
import { volumes } from '../../../src/tools/aws/volumes.ts';
import { volumeSavings } from '../../../src/tools/aws/volume-savings.ts';
import { describeReal } from '../../support/parts.ts';
import { MOTO_CREDENTIALS, type RunningMoto, startMoto } from '../../support/start-moto.ts';
import { approved, contextFor, PROD, somebody, STAGING } from './aws-world.ts';

const REGION = 'eu-west-1';

describeReal('reads of a real API', ['moto'], () => {
  let moto: RunningMoto;
  let context: ReturnType<typeof contextFor>;
  let ada: ReturnType<typeof somebody>;
  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = MOTO_CREDENTIALS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = MOTO_CREDENTIALS.secretAccessKey;
    moto = await startMoto();
  });
  beforeEach(async () => {
    await moto.reset();
    context = contextFor(moto.url, PROD);
    ada = somebody(moto.url, PROD);
  });
  afterAll(async () => {
    await moto?.stop();
  });
  const instance = async (more: object = {}): Promise<string> => {
    const { Instances = [] } = await ada.ec2.send(
      new RunInstancesCommand({ ImageId: 'ami-12c6146b', MinCount: 1, MaxCount: 1, InstanceType: 't3.micro', ...more }),
    );
    return Instances[0]?.InstanceId ?? '';
  };

  test('whose account a connection reaches', async () => {
    expect((await identity.read({}, context)).facts).toMatchObject({ account: PROD, regions: [REGION, 'us-east-1'] });
    const { facts } = await identity.read({}, contextFor(moto.url, STAGING));
    expect(facts).toMatchObject({ account: STAGING, arn: expect.stringContaining('assumed-role/belay/belay-staging') });
  });

  test('volumes, snapshots and instances of one region tell the same story', async () => {
    const free = await ada.volume({ Name: 'old', Owner: 'ada' });
    const used = await ada.volume();
    const id = await instance({
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] }],
    });
    await ada.ec2.send(new AttachVolumeCommand({ VolumeId: used, InstanceId: id, Device: '/dev/sdf' }));
    await ada.ec2.send(new CreateSnapshotCommand({ VolumeId: free }));
    await somebody(moto.url, PROD, 'us-east-1').volume();

    const all = await volumes.read({ region: REGION, states: [] }, context);
    expect(volumes.facts.parse(all.facts)).toEqual(all.facts);
    // The instance has a root volume.
    expect(all.facts.count).toBe(3);
    expect(all.facts.volumes[0]).toMatchObject({ id: free, name: 'old', owner: 'ada', attachedTo: [] });
    expect(all.facts.volumes.find((row) => row.id === used)).toMatchObject({ state: 'in-use', attachedTo: [id] });
    expect((await volumes.read({ region: REGION, states: ['available'] }, context)).facts.count).toBe(1);
    const kept = await snapshots.read({ region: REGION, volumeId: free }, context);
    expect(kept.facts.snapshots).toEqual([
      expect.objectContaining({ volumeId: free, state: 'completed', action: null }),
    ]);
    const running = await instances.read({ region: REGION }, context);
    expect(running.facts.instances).toEqual([
      expect.objectContaining({ id, name: 'web', state: 'running', volumes: 2 }),
    ]);
  });

  test('a metric comes back as it was put in', async () => {
    const cloudwatch = new CloudWatchClient({
      region: REGION,
      endpoint: moto.url,
      credentials: await ada.ec2.config.credentials(),
    });
    const now = Math.floor(Date.now() / 300_000) * 300_000 - 600_000;
    const MetricData = [4, 6].map((Value, at) => ({
      MetricName: 'VolumeReadOps',
      Dimensions: [{ Name: 'VolumeId', Value: 'vol-0a0a0a0a' }],
      Timestamp: new Date(now + at * 300_000),
      Value,
    }));
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'AWS/EBS', MetricData }));
    const asked = metrics.input.parse({
      region: REGION,
      namespace: 'AWS/EBS',
      metric: 'VolumeReadOps',
      dimensions: { VolumeId: 'vol-0a0a0a0a' },
      statistic: 'Sum',
      start: new Date(now - 300_000).toISOString(),
      end: new Date(now + 600_000).toISOString(),
    });
    expect((await metrics.read(asked, context)).facts).toMatchObject({
      count: 2,
      min: 4,
      max: 6,
      sum: 10,
      complete: true,
    });
  });

  test('cost by service, as Cost Explorer says it', async () => {
    const money = (Amount: string) => ({ UnblendedCost: { Amount, Unit: 'USD' } });
    await moto.costAndUsage(PROD, [
      {
        ResultsByTime: [
          {
            TimePeriod: { Start: '2026-10-01', End: '2026-11-01' },
            Total: {},
            Groups: [
              { Keys: ['Amazon S3'], Metrics: money('0.1000000001') },
              { Keys: ['EC2 - Other'], Metrics: money('12.5') },
            ],
            Estimated: false,
          },
        ],
      },
    ]);
    const { facts } = await cost.read({ start: '2026-10-01', end: '2026-11-01', by: 'SERVICE' }, context);
    expect(facts).toMatchObject({
      total: [{ amount: '12.6000000001', currency: 'USD' }],
      groups: [{ group: 'EC2 - Other' }, { group: 'Amazon S3' }],
      estimated: false,
    });
  });

  test('from found to saved: what is gone, made again or still there, what names it, and what it saves', async () => {
    const [gone, again, named] = [await ada.volume(), await ada.volume(), await ada.volume()];
    await ada.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'web',
        LaunchTemplateData: { UserData: Buffer.from(`attach ${named}`).toString('base64') },
      }),
    );
    await ada.ec2.send(new CreateImageCommand({ InstanceId: await instance(), Name: 'golden' }));
    const found = await unattachedVolumes.read(
      { region: REGION, minAgeDays: 0 },
      { ...context, now: () => new Date(Date.now() + 1000) },
    );
    const items = (found.items ?? []).map((item): ListItem => ({ ...item, connection: 'prod' }));
    expect(items).toHaveLength(3);
    const withList = { ...context, list: async () => items };
    for (const volumeId of [gone, again]) {
      const args = { region: REGION, volumeId };
      const execution = approved(snapshotAndDeleteVolume, args, await snapshotAndDeleteVolume.preview(args, context));
      const { postState } = await snapshotAndDeleteVolume.execute(args, execution, context);
      if (volumeId === again) await snapshotAndDeleteVolume.undo?.execute(args, { ...execution, postState }, context);
    }

    const { facts } = await volumeReferences.read({ list: 'found' }, withList);
    expect(facts).toMatchObject({
      volumes: 3,
      gone: 2,
      there: 1,
      attached: 0,
      referenced: 1,
      references: [expect.stringMatching(`^${named}: lt-.* version 1$`)],
      snapshots: { complete: 2, pending: 0, failed: 0, missing: 0 },
    });
    const saved = await volumeSavings.read(
      { list: 'found', deletedAt: new Date(Date.now() - 40 * 86_400_000).toISOString() },
      withList,
    );
    expect(saved.facts).toMatchObject({
      gone: 1,
      recreated: 1,
      there: 1,
      volumeCost: [{ amount: '8.8', currency: 'USD' }],
      snapshotCostAtMost: [{ amount: '5', currency: 'USD' }],
      saved: [{ amount: '3.8', currency: 'USD' }],
      costExplorer: null,
      costExplorerMissing: expect.stringContaining('has nothing on EBS volumes'),
    });
  }, 30_000);

  test.each(['volume', 'snapshot', 'instance'] as const)('a tag of one %s is set and set back', async (kind) => {
    const volumeId = await ada.volume({ team: 'ops' });
    const resource =
      kind === 'volume'
        ? volumeId
        : kind === 'instance'
          ? await instance()
          : ((await ada.ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId }))).SnapshotId ?? '');
    const args = { region: REGION, resource, key: 'team', value: 'web' };
    const preview = await tag.preview(args, context);
    expect(preview.target.key).toBe(`aws:${PROD}/${REGION}/${kind}/${resource}`);
    const execution = approved(tag, args, preview);
    expect(await tag.reconcile(args, execution, context)).toEqual({ status: 'not-done' });
    const outcome = await tag.execute(args, execution, context);
    expect(await tag.reconcile(args, execution, context)).toEqual({ status: 'done', outcome });
    expect(await tag.undo?.stillOurs(args, execution, context)).toBe(true);
    expect(await tag.undo?.execute(args, execution, context)).toMatchObject({ status: 'done' });
    expect(await tag.observe(args, execution, context)).toEqual(preview.precondition);
  });

  test('what is not there is named', async () => {
    const args = { region: REGION, volumeId: 'vol-0123456789abcdef0' };
    await expect(snapshotAndDeleteVolume.preview(args, context)).rejects.toMatchObject({
      type: 'stop.not-found',
      message: expect.stringContaining(args.volumeId),
    });
  });
});
