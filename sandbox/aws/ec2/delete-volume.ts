import { AwsError } from '../protocol/aws-error.ts';
import { volumeState } from './describe-volumes.ts';
import type { Ec2Request } from './ec2-request.ts';
import { found } from './ids.ts';

/** Deletes a volume that nothing uses; it stays on the bill up to now. */
export function deleteVolume({ form, region, now }: Ec2Request): Record<string, unknown> {
  const volume = found(region.volumes, 'vol', form.required('VolumeId'));
  if (volume.attachment)
    throw new AwsError('VolumeInUse', `Volume ${volume.id} is currently attached to ${volume.attachment.instance}`);
  const state = volumeState(volume, now);
  if (state !== 'available') throw new AwsError('IncorrectState', `Volume ${volume.id} is in state ${state}`);
  region.volumes.delete(volume.id);
  region.deleted.push({ volume, at: now });
  return { return: true };
}
