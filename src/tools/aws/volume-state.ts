import type { VolumeType } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { canonicalJson } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AwsClient } from './client.ts';
import { asksToBeKept } from './tags.ts';
import { inUse, type Volume } from './volume.ts';

/** Everything that is needed to make a volume like it again. */
export const VolumePreState = z.object({
  account: z.string(),
  region: z.string(),
  volumeId: z.string(),
  zone: z.string(),
  /** Whichever it was: a type that is newer than this code comes back as well. */
  type: z.custom<VolumeType>((value) => typeof value === 'string'),
  sizeGib: z.number().int(),
  iops: z.number().int().nullable(),
  throughput: z.number().int().nullable(),
  encrypted: z.boolean(),
  kmsKeyId: z.string().nullable(),
  multiAttach: z.boolean(),
  createdAt: z.string(),
  tags: z.record(z.string(), z.string()),
});
export type VolumePreState = z.infer<typeof VolumePreState>;

export function preStateOf(volume: Volume, account: string, region: string): VolumePreState {
  const { id, zone, type, sizeGib, iops, throughput, encrypted, kmsKeyId, multiAttach, createdAt, tags } = volume;
  const same = { zone, type, sizeGib, iops, throughput, encrypted, kmsKeyId, multiAttach, createdAt };
  return { account, region, volumeId: id, ...same, tags: { ...tags } };
}

/**
 * What would change a person's mind: that somebody uses it, asks to keep it, or made something else of it. Other tags, for
 * example, would not.
 */
export const preconditionOf = (volume: Volume, { keepTags }: AwsClient): JsonObject => ({
  state: volume.state,
  attached: volume.attachedTo.length,
  keep: asksToBeKept(volume.tags, keepTags),
  type: volume.type,
  sizeGib: volume.sizeGib,
  createdAt: volume.createdAt,
});

/** Why the volume must not be deleted any more, in words; undefined while it is as it was approved. */
export function changedSince(volume: Volume, approved: JsonObject, client: AwsClient): string | undefined {
  const used = inUse(volume);
  if (used !== undefined) return used;
  if (asksToBeKept(volume.tags, client.keepTags)) return `a tag of volume ${volume.id} asks to keep it`;
  const same = canonicalJson(preconditionOf(volume, client)) === canonicalJson(approved);
  return same ? undefined : `volume ${volume.id} is not what was approved any more`;
}
