import { createHash } from 'node:crypto';
import { AwsError } from '../protocol/aws-error.ts';
import type { Call } from '../protocol/service.ts';
import type { Bucket } from './objects.ts';
import type { S3Place } from './s3-place.ts';

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** The bucket of a call. @throws AwsError NoSuchBucket */
export function bucketOf({ world }: Call, { bucket: name }: S3Place): Bucket {
  const bucket = world.buckets.get(name ?? '');
  if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  return bucket;
}

/** S3's own name of an account: 64 hex digits. */
export const canonicalId = (account: string): string => createHash('sha256').update(account).digest('hex');
