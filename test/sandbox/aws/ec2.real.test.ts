import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeRegionsCommand,
  DescribeSnapshotsCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  paginateDescribeVolumes,
} from '@aws-sdk/client-ec2';
import type { DescribeVolumesCommandInput, EC2Client } from '@aws-sdk/client-ec2';
import * as fc from 'fast-check';
import { startSandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import type { SandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import { PROD } from '../../../sandbox/aws/worlds/accounts.ts';
import { leaveVolumes, leftover, LEFTOVERS } from '../../../sandbox/aws/worlds/leftovers.ts';
import { volumeId } from '../../../sandbox/aws/worlds/put-volume.ts';
import { clientsOf, refusal } from './clients.ts';

let aws: SandboxAws;
let ec2: EC2Client;
/** What the sandbox's clock is ahead of the machine's. */
let ahead = 0;
beforeAll(async () => {
  aws = await startSandboxAws({ pace: { snapshot: 60_000 }, now: () => Date.now() + ahead });
  leaveVolumes(aws.world);
  ({ ec2 } = await clientsOf(aws, 'prod'));
});
afterAll(() => aws?.stop());

const zone = 'eu-west-1a';
const idOf = (name: string): string => volumeId(leftover(name));

async function idsOf(input: DescribeVolumesCommandInput): Promise<string[]> {
  const { Volumes: volumes = [] } = await ec2.send(new DescribeVolumesCommand(input));
  return volumes.map(({ VolumeId: id = '' }) => id);
}

describe('DescribeVolumes', () => {
  test('tells of a volume what EC2 tells: size, type, state, times, tags and what it is attached to', async () => {
    const id = idOf('checkout-db-before-upgrade');
    const { Volumes: [volume] = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
    expect(volume).toMatchObject({ VolumeId: id, Size: 200, VolumeType: 'io1', Iops: 4000, State: 'available' });
    expect(volume).toMatchObject({
      AvailabilityZone: zone,
      Encrypted: false,
      Attachments: [],
      MultiAttachEnabled: false,
    });
    expect(volume?.Tags).toContainEqual({ Key: 'owner', Value: 'grace' });
    expect(Date.now() - (volume?.CreateTime?.getTime() ?? 0)).toBeCloseTo(210 * 86_400_000, -6);
    const { Volumes: [used] = [] } = await ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'tag:Name', Values: ['checkout-db /dev/sdf'] }] }),
    );
    expect(used).toMatchObject({ State: 'in-use', Size: 500, VolumeType: 'gp3', Throughput: 125 });
    expect(used?.Attachments).toMatchObject([{ State: 'attached', Device: '/dev/sdf', DeleteOnTermination: false }]);
  });

  const own = LEFTOVERS.filter(({ account, region }) => account === PROD.id && region === 'eu-west-1');
  const named = (fits: (plan: (typeof own)[number]) => boolean): string[] => own.filter(fits).map(volumeId);
  test.each([
    [{ Name: 'status', Values: ['available'] }, named(() => true)],
    [{ Name: 'status', Values: ['available', 'in-use'] }, undefined],
    [{ Name: 'tag:owner', Values: ['ada'] }, named(({ tags }) => tags?.['owner'] === 'ada')],
    [{ Name: 'tag:owner', Values: ['nobody'] }, []],
    [{ Name: 'tag-key', Values: ['belay:*'] }, [idOf('legal-hold-2025')]],
    [{ Name: 'volume-type', Values: ['io?'] }, [idOf('checkout-db-before-upgrade')]],
    [{ Name: 'size', Values: ['2000'] }, [idOf('legal-hold-2025')]],
    [{ Name: 'volume-id', Values: [idOf('reporting-scratch')] }, [idOf('reporting-scratch')]],
    // Nothing in a value is a pattern but * and ?.
    [{ Name: 'tag:Name', Values: ['reporting.scratch'] }, []],
  ])('%j chooses', async (filter, expected) => {
    const ids = await idsOf({ Filters: [filter] });
    if (expected === undefined) expect(ids.length).toBeGreaterThan(own.length);
    else expect(ids.toSorted()).toEqual(expected.toSorted());
  });

  test('filters narrow each other down', async () => {
    const Filters = [
      { Name: 'tag:owner', Values: ['grace'] },
      { Name: 'status', Values: ['available'] },
      { Name: 'volume-type', Values: ['st1', 'gp2'] },
    ];
    expect(await idsOf({ Filters })).toEqual([idOf('legal-hold-2025')]);
  });

  test('pages of a size hold every volume once', async () => {
    const all = await idsOf({});
    const seen: string[] = [];
    for await (const { Volumes: volumes = [] } of paginateDescribeVolumes({ client: ec2, pageSize: 5 }, {})) {
      expect(volumes.length).toBeLessThanOrEqual(5);
      seen.push(...volumes.map(({ VolumeId: id = '' }) => id));
    }
    expect(seen).toEqual(all.toSorted());
  });

  test.each([
    [{ MaxResults: 1 }, 'InvalidParameterValue'],
    [{ MaxResults: 5, VolumeIds: [idOf('reporting-scratch')] }, 'InvalidParameterCombination'],
    [{ NextToken: 'made-up' }, 'InvalidNextToken'],
    [{ VolumeIds: ['vol-00000000000000000'] }, 'InvalidVolume.NotFound'],
    [{ VolumeIds: ['snap-1'] }, 'InvalidParameterValue'],
    [{ Filters: [{ Name: 'colour', Values: ['red'] }] }, 'InvalidParameterValue'],
    [{ DryRun: true }, 'DryRunOperation'],
  ])('%j is refused with %s', async (input, code) => {
    expect(await refusal(ec2.send(new DescribeVolumesCommand(input)))).toMatchObject({ code });
  });
});

/** New volumes of 10 GiB. */
async function created(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const { VolumeId: id = '' } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 10 }));
    ids.push(id);
  }
  return ids;
}

describe('a volume that is deleted and made again', () => {
  test('comes back from its snapshot, which takes its time, with size, type and tags', async () => {
    const [id = ''] = await created(1);
    const tags = [{ Key: 'belay:action', Value: 'a-1' }];
    const snapshot = await ec2.send(
      new CreateSnapshotCommand({ VolumeId: id, TagSpecifications: [{ ResourceType: 'snapshot', Tags: tags }] }),
    );
    expect(snapshot).toMatchObject({ State: 'pending', Progress: '0%', VolumeSize: 10, VolumeId: id, Tags: tags });
    const again = {
      AvailabilityZone: zone,
      SnapshotId: snapshot.SnapshotId,
      VolumeType: 'gp3' as const,
      TagSpecifications: [{ ResourceType: 'volume' as const, Tags: tags }],
    };
    expect(await refusal(ec2.send(new CreateVolumeCommand(again)))).toMatchObject({ code: 'IncorrectState' });
    ahead += 30_000;
    const stateNow = async (): Promise<unknown> => {
      const Filters = [{ Name: 'volume-id', Values: [id] }];
      return (await ec2.send(new DescribeSnapshotsCommand({ Filters, OwnerIds: ['self'] }))).Snapshots?.[0];
    };
    expect(await stateNow()).toMatchObject({ State: 'pending', Progress: expect.stringMatching(/^(49|50)%$/) });
    ahead += 30_000;
    expect(await stateNow()).toMatchObject({ State: 'completed', Progress: '100%' });
    await ec2.send(new DeleteVolumeCommand({ VolumeId: id }));
    expect(await refusal(ec2.send(new DeleteVolumeCommand({ VolumeId: id })))).toMatchObject({
      code: 'InvalidVolume.NotFound',
      message: `The volume '${id}' does not exist.`,
    });
    const restored = await ec2.send(new CreateVolumeCommand(again));
    expect(restored).toMatchObject({ Size: 10, VolumeType: 'gp3', SnapshotId: snapshot.SnapshotId, Tags: tags });
  });

  test('the same client token makes one volume, however often it is asked; with other parameters it is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 2, max: 4 }),
        async (token, size, times) => {
          const ask = (Size: number): Promise<string | undefined> =>
            ec2
              .send(new CreateVolumeCommand({ AvailabilityZone: zone, Size, ClientToken: token }))
              .then((made) => made.VolumeId);
          const ids = await Promise.all(Array.from({ length: times }, () => ask(size)));
          expect(new Set(ids).size).toBe(1);
          expect(await refusal(ask(size + 1))).toMatchObject({ code: 'IdempotentParameterMismatch' });
          await ec2.send(new DeleteVolumeCommand({ VolumeId: ids[0] }));
          // A token that is used up makes nothing new.
          expect(await refusal(ask(size))).toMatchObject({ code: 'InvalidVolume.NotFound' });
        },
      ),
      { numRuns: 10 },
    );
  });

  test.each([
    [{ Size: 10, AvailabilityZone: 'eu-west-1x' }, 'InvalidZone.NotFound'],
    [{ Size: 0, AvailabilityZone: zone }, 'InvalidParameterValue'],
    [{ AvailabilityZone: zone }, 'MissingParameter'],
    [{ Size: 10, AvailabilityZone: zone, VolumeType: 'io1' as const }, 'MissingParameter'],
    [{ SnapshotId: 'snap-00000000000000000', AvailabilityZone: zone }, 'InvalidSnapshot.NotFound'],
  ])('%j makes none: %s', async (input, code) => {
    expect(await refusal(ec2.send(new CreateVolumeCommand(input)))).toMatchObject({ code });
  });
});

describe('attaching', () => {
  test('what is attached is in use, cannot be deleted nor attached twice, and is free again when it is detached', async () => {
    const { Reservations: reservations = [] } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'tag:Name', Values: ['checkout-web'] }] }),
    );
    const instance = reservations[0]?.Instances?.[0];
    expect(instance).toMatchObject({ State: { Name: 'running' }, BlockDeviceMappings: [{ DeviceName: '/dev/xvda' }] });
    const InstanceId = instance?.InstanceId ?? '';
    const [VolumeId = ''] = await created(1);
    const attach = new AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdh' });
    expect(await ec2.send(attach)).toMatchObject({ State: 'attaching', InstanceId });
    expect(await idsOf({ Filters: [{ Name: 'attachment.instance-id', Values: [InstanceId] }] })).toContain(VolumeId);
    expect(await refusal(ec2.send(new DeleteVolumeCommand({ VolumeId })))).toEqual({
      code: 'VolumeInUse',
      status: 400,
      message: `Volume ${VolumeId} is currently attached to ${InstanceId}`,
    });
    expect(await refusal(ec2.send(attach))).toMatchObject({ code: 'VolumeInUse' });
    await ec2.send(new DetachVolumeCommand({ VolumeId }));
    expect(await refusal(ec2.send(new DetachVolumeCommand({ VolumeId })))).toMatchObject({ code: 'IncorrectState' });
    await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  });
});

describe('what refers to volumes and snapshots', () => {
  test('an image keeps its snapshot from being deleted', async () => {
    const { Images: [image] = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    const SnapshotId = image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId;
    expect(await refusal(ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).toMatchObject({
      code: 'InvalidSnapshot.InUse',
      message: expect.stringContaining(image?.ImageId ?? 'no image'),
    });
    const Filters = [{ Name: 'block-device-mapping.snapshot-id', Values: [SnapshotId ?? ''] }];
    expect((await ec2.send(new DescribeImagesCommand({ Filters }))).Images).toHaveLength(1);
  });

  test('a launch template tells its data by version, and of all templates with $Latest', async () => {
    const { LaunchTemplates: [template] = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({}));
    const LaunchTemplateName = template?.LaunchTemplateName;
    for (const input of [{ LaunchTemplateName }, { Versions: ['$Latest'] }, { LaunchTemplateName, Versions: ['1'] }]) {
      const answer = await ec2.send(new DescribeLaunchTemplateVersionsCommand(input));
      const [version] = answer.LaunchTemplateVersions ?? [];
      expect(version).toMatchObject({ VersionNumber: 1, DefaultVersion: true, LaunchTemplateName });
      const script = Buffer.from(version?.LaunchTemplateData?.UserData ?? '', 'base64').toString();
      expect(script).toContain(idOf('legal-hold-2025'));
    }
    const unknown = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: 'none' });
    expect(await refusal(ec2.send(unknown))).toMatchObject({ code: 'InvalidLaunchTemplateName.NotFoundException' });
  });
});

describe('tags', () => {
  test('are set, changed, listed and taken away again; AWS keeps its own names to itself', async () => {
    const [id = ''] = await created(1);
    const set = (Key: string, Value: string): Promise<unknown> =>
      ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] }));
    await set('owner', 'ada');
    await set('owner', 'grace & co <"');
    await set('until', 'friday');
    const tagsNow = async (): Promise<unknown> => {
      const { Tags: tags = [] } = await ec2.send(
        new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] }),
      );
      return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
    };
    expect(await tagsNow()).toEqual({ owner: 'grace & co <"', until: 'friday' });
    // Only where it still has that value.
    const remove = new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'owner', Value: 'ada' }, { Key: 'until' }] });
    await ec2.send(remove);
    expect(await tagsNow()).toEqual({ owner: 'grace & co <"' });
    expect(await refusal(set('aws:owner', 'x'))).toMatchObject({ code: 'InvalidParameterValue' });
    await ec2.send(new DeleteVolumeCommand({ VolumeId: id }));
    expect(await refusal(set('owner', 'ada'))).toMatchObject({ code: 'InvalidVolume.NotFound' });
  });
});

describe('regions', () => {
  test('are told, and each has its own volumes', async () => {
    const { Regions: regions = [] } = await ec2.send(new DescribeRegionsCommand({}));
    expect(regions.map(({ RegionName: name }) => name)).toEqual(['eu-west-1', 'us-east-1']);
    const elsewhere = await clientsOf(aws, 'prod', 'us-east-1');
    const { Volumes: there = [] } = await elsewhere.ec2.send(new DescribeVolumesCommand({}));
    expect(there.map(({ VolumeId: id }) => id)).toContain(idOf('mail-archive'));
    expect(await idsOf({})).not.toContain(idOf('mail-archive'));
  });

  test('one that the account does not have is refused as EC2 does it', async () => {
    const { ec2: nowhere } = await clientsOf(aws, 'prod', 'ap-south-2');
    expect(await refusal(nowhere.send(new DescribeVolumesCommand({})))).toMatchObject({
      code: 'AuthFailure',
      status: 401,
    });
  });
});
