import { AwsError } from '../protocol/aws-error.ts';
import { attachmentXml, volumeState } from './describe-volumes.ts';
import type { Ec2Request } from './ec2-request.ts';
import { found } from './ids.ts';

/** Attaches a volume at once; in AWS it is `attaching` for a moment. */
export function attachVolume({ form, region, now }: Ec2Request): Record<string, unknown> {
  const volume = found(region.volumes, 'vol', form.required('VolumeId'));
  const instance = found(region.instances, 'i', form.required('InstanceId'));
  const device = form.required('Device');
  if (volume.attachment) throw new AwsError('VolumeInUse', `${volume.id} is already attached to an instance`);
  const state = volumeState(volume, now);
  if (state !== 'available') throw new AwsError('IncorrectState', `Volume ${volume.id} is in state ${state}`);
  if (volume.zone !== instance.zone)
    throw new AwsError('InvalidVolume.ZoneMismatch', `The volume '${volume.id}' is not in the same availability zone`);
  if ([...region.volumes.values()].some(({ attachment: a }) => a?.instance === instance.id && a.device === device))
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
    );
  volume.attachment = { instance: instance.id, device, since: now, deleteOnTermination: false };
  volume.lastAttached = now;
  return attachmentXml(volume, 'attaching') ?? {};
}

export function detachVolume({ form, region, now }: Ec2Request): Record<string, unknown> {
  const volume = found(region.volumes, 'vol', form.required('VolumeId'));
  const instance = form.text('InstanceId');
  if (!volume.attachment || (instance !== undefined && volume.attachment.instance !== instance))
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the 'available' state.`);
  const detached = attachmentXml(volume, 'detaching') ?? {};
  volume.attachment = undefined;
  volume.lastAttached = now;
  return detached;
}
