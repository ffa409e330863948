import { z } from 'zod';
import { awsCode } from './aws-failure.ts';
import type { AwsClient } from './client.ts';
import { type Tags, tagsOf } from './tags.ts';

/** A bucket's name, by S3's rules for general purpose buckets. */
export const BucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is no bucket name: 3 to 63 lower-case letters, digits, "." and "-"')
  .describe('Bucket, for example shop-assets');

/** What is asked for, or null where S3 says with this code that it was never configured. */
export async function unlessUnset<T>(asked: Promise<T>, code: string): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (awsCode(error) === code) return null;
    throw error;
  }
}

/** A bucket's tags. */
export async function bucketTags(
  client: AwsClient,
  region: string,
  bucket: string,
  signal: AbortSignal,
): Promise<Tags> {
  const asked = client.ask(region, 's3.GetBucketTagging', { Bucket: bucket }, signal);
  return tagsOf((await unlessUnset(asked, 'NoSuchTagSet'))?.TagSet);
}
