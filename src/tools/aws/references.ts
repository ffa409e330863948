import type { BlockDeviceMapping, LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import { type AwsClient, listIn } from './client.ts';
import { listInstances } from './instance.ts';

/** Something of a region that names a volume, or a snapshot of it. */
export interface Reference {
  readonly by: string;
  readonly kind: 'instance' | 'image' | 'launch-template';
  readonly volumeIds: readonly string[];
  readonly snapshotIds: readonly string[];
}

const PAGE = 1000;
/** The most that this operation gives. */
const TEMPLATES_PAGE = 200;
const TOKEN = { answer: 'NextToken', ask: 'NextToken' } as const;

/**
 * Everything in a region that names volumes or snapshots: block devices of instances, the account's own images, and the
 * latest and default versions of launch templates, whose start script may attach a volume by its id. Listed as a whole
 * and compared here: the filters for it are not known to everything that speaks like AWS.
 */
export async function referencesIn(client: AwsClient, region: string, signal: AbortSignal): Promise<Reference[]> {
  const [instances, images, templates] = await Promise.all([
    listInstances(client, region, signal),
    client.pages(region, 'ec2.DescribeImages', { Owners: ['self'], MaxResults: PAGE }, TOKEN, signal),
    client.pages(
      region,
      'ec2.DescribeLaunchTemplateVersions',
      { Versions: ['$Latest', '$Default'], MaxResults: TEMPLATES_PAGE },
      TOKEN,
      signal,
    ),
  ]);
  return [
    ...instances.map(({ id, volumeIds }) => ({ by: id, kind: 'instance' as const, volumeIds, snapshotIds: [] })),
    ...images.flatMap(({ Images }) =>
      listIn(Images, 'images').map(({ ImageId = 'an image', BlockDeviceMappings }) => ({
        by: ImageId,
        kind: 'image' as const,
        volumeIds: [],
        snapshotIds: snapshotsIn(BlockDeviceMappings),
      })),
    ),
    ...templates.flatMap(({ LaunchTemplateVersions }) =>
      listIn(LaunchTemplateVersions, 'launch template versions').map(ofTemplate),
    ),
  ];
}

const snapshotsIn = (devices: readonly BlockDeviceMapping[] | undefined): string[] =>
  (devices ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);

function ofTemplate({ LaunchTemplateId, VersionNumber, LaunchTemplateData: data }: LaunchTemplateVersion): Reference {
  const script = Buffer.from(data?.UserData ?? '', 'base64').toString();
  return {
    by: `${LaunchTemplateId ?? 'a launch template'} version ${VersionNumber ?? '?'}`,
    kind: 'launch-template',
    volumeIds: [...new Set(script.match(/\bvol-[0-9a-f]{8,17}\b/g))],
    snapshotIds: (data?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
  };
}
