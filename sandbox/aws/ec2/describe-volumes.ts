import type { Ec2Request } from './ec2-request.ts';
import type { Filters } from './filters.ts';
import { fitsFilters } from './filters.ts';
import { found } from './ids.ts';
import type { Volume } from './objects.ts';
import { pageOf } from './page.ts';
import { tagSet } from './tags.ts';
import { ec2Time } from './time.ts';

/** What a volume does now. */
export const volumeState = (volume: Volume, now: number): 'creating' | 'available' | 'in-use' =>
  volume.attachment ? 'in-use' : volume.ready > now ? 'creating' : 'available';

/** An attachment as EC2 writes it. */
export const attachmentXml = ({ id, attachment }: Volume, status = 'attached'): Record<string, unknown> | undefined =>
  attachment && {
    volumeId: id,
    instanceId: attachment.instance,
    device: attachment.device,
    status,
    attachTime: ec2Time(attachment.since),
    deleteOnTermination: attachment.deleteOnTermination,
  };

/** A volume as EC2 writes it. */
export function volumeXml(volume: Volume, now: number): Record<string, unknown> {
  const attachment = attachmentXml(volume);
  return {
    volumeId: volume.id,
    size: volume.size,
    snapshotId: volume.snapshot ?? '',
    availabilityZone: volume.zone,
    status: volumeState(volume, now),
    createTime: ec2Time(volume.created),
    attachmentSet: { item: attachment ? [attachment] : [] },
    tagSet: tagSet(volume.tags),
    volumeType: volume.type,
    iops: volume.iops,
    throughput: volume.throughput,
    encrypted: volume.encrypted,
    multiAttachEnabled: false,
  };
}

const filtersAt = (now: number): Filters<Volume> => ({
  'attachment.attach-time': ({ attachment }) => (attachment ? [ec2Time(attachment.since)] : []),
  'attachment.delete-on-termination': ({ attachment }) => (attachment ? [attachment.deleteOnTermination] : []),
  'attachment.device': ({ attachment }) => [attachment?.device],
  'attachment.instance-id': ({ attachment }) => [attachment?.instance],
  'attachment.status': ({ attachment }) => (attachment ? ['attached'] : []),
  'availability-zone': ({ zone }) => [zone],
  'create-time': ({ created }) => [ec2Time(created)],
  encrypted: ({ encrypted }) => [encrypted],
  size: ({ size }) => [size],
  'snapshot-id': ({ snapshot }) => [snapshot],
  status: (volume) => [volumeState(volume, now)],
  'volume-id': ({ id }) => [id],
  'volume-type': ({ type }) => [type],
});

export function describeVolumes({ form, region, now }: Ec2Request): Record<string, unknown> {
  const ids = form.list('VolumeId');
  const named = ids.length > 0 ? ids.map((id) => found(region.volumes, 'vol', id)) : [...region.volumes.values()];
  const fits = fitsFilters(form.each('Filter'), filtersAt(now));
  const { page, nextToken } = pageOf(named.filter(fits), form, { least: 5, ids: 'VolumeId' });
  return { volumeSet: { item: page.map((volume) => volumeXml(volume, now)) }, nextToken };
}
