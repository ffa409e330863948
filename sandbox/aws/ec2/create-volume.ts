import { AwsError } from '../protocol/aws-error.ts';
import type { Form } from '../protocol/form.ts';
import { volumeXml } from './describe-volumes.ts';
import type { Ec2Request } from './ec2-request.ts';
import { found, newId } from './ids.ts';
import type { Snapshot, Volume, VolumeType } from './objects.ts';
import { VOLUME_TYPES } from './objects.ts';
import { specifiedTags } from './tags.ts';

const ASKED = ['AvailabilityZone', 'Size', 'SnapshotId', 'VolumeType', 'Iops', 'Throughput', 'Encrypted'];

function typeIn(form: Form): VolumeType {
  const asked = form.text('VolumeType') ?? 'gp2';
  const type = VOLUME_TYPES.find((each) => each === asked);
  if (!type) throw new AwsError('InvalidParameterValue', `Invalid value '${asked}' for VolumeType.`);
  return type;
}

/** IOPS as they are where nothing is asked for: those of gp2 grow with its size. */
function iopsFor(type: VolumeType, size: number, asked: number | undefined): number | undefined {
  if (type === 'gp2') return Math.min(16_000, Math.max(100, size * 3));
  if (type === 'gp3') return asked ?? 3000;
  if (type !== 'io1' && type !== 'io2') return undefined;
  if (asked === undefined)
    throw new AwsError('MissingParameter', `The parameter iops must be specified for ${type} volumes.`);
  return asked;
}

function snapshotIn({ form, region, now }: Ec2Request): Snapshot | undefined {
  const id = form.text('SnapshotId');
  if (id === undefined || id === '') return undefined;
  const snapshot = found(region.snapshots, 'snap', id);
  if (snapshot.completes > now) throw new AwsError('IncorrectState', `Snapshot is in invalid state - pending`);
  return snapshot;
}

function sizeIn(form: Form, snapshot: Snapshot | undefined): number {
  const size = form.int('Size') ?? snapshot?.size;
  if (size === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter size/snapshot');
  if (size < 1 || size > 65_536)
    throw new AwsError('InvalidParameterValue', `Volume of ${size}GiB is invalid; it is from 1 to 65536 GiB.`);
  if (snapshot && size < snapshot.size)
    throw new AwsError(
      'InvalidParameterValue',
      `The volume size cannot be smaller than that of the snapshot: ${size} GiB is less than ${snapshot.size} GiB`,
    );
  return size;
}

/** Makes a volume. The same client token makes it once, and is refused with other parameters. */
export function createVolume(request: Ec2Request): Record<string, unknown> {
  const { form, region, world, now } = request;
  const token = form.text('ClientToken');
  const asked = JSON.stringify([...ASKED.map((name) => form.text(name)), specifiedTags(form, 'volume')]);
  const before = token === undefined ? undefined : region.clientTokens.get(token);
  if (before && before.asked !== asked)
    throw new AwsError(
      'IdempotentParameterMismatch',
      'The client token you have provided has already been used in a previous request, but with other parameters.',
    );
  if (before) return volumeXml(found(region.volumes, 'vol', before.volume), now);
  const zone = form.required('AvailabilityZone');
  if (!new RegExp(`^${region.name}[a-c]$`).test(zone))
    throw new AwsError('InvalidZone.NotFound', `The zone '${zone}' does not exist.`);
  const snapshot = snapshotIn(request);
  const size = sizeIn(form, snapshot);
  const type = typeIn(form);
  const volume: Volume = {
    id: newId('vol'),
    size,
    type,
    iops: iopsFor(type, size, form.int('Iops')),
    throughput: type === 'gp3' ? (form.int('Throughput') ?? 125) : undefined,
    zone,
    created: now,
    ready: now + world.pace.volume,
    encrypted: form.flag('Encrypted') || (snapshot?.encrypted ?? false),
    snapshot: snapshot?.id,
    attachment: undefined,
    lastAttached: undefined,
    tags: specifiedTags(form, 'volume'),
  };
  region.volumes.set(volume.id, volume);
  if (token !== undefined) region.clientTokens.set(token, { asked, volume: volume.id });
  return volumeXml(volume, now);
}
