import type { Grant, PublicAccessBlockConfiguration } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { type Digest, digestOf } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { type AwsClient, listIn } from './client.ts';
import { unlessUnset } from './bucket.ts';

/** The four settings of a bucket's public access block, by S3's names. */
export const BlockSettings = z.object({
  BlockPublicAcls: z.boolean(),
  IgnorePublicAcls: z.boolean(),
  BlockPublicPolicy: z.boolean(),
  RestrictPublicBuckets: z.boolean(),
});
export type BlockSettings = z.infer<typeof BlockSettings>;

export const ALL_BLOCKED: BlockSettings = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/** Groups that are no group of anybody's: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
const EVERYBODY: Readonly<Record<string, string>> = {
  'http://acs.amazonaws.com/groups/global/AllUsers': 'everybody',
  'http://acs.amazonaws.com/groups/global/AuthenticatedUsers': 'every AWS account',
};

/** Who may reach a bucket without being named, as it is now. */
export interface Exposure {
  /** Null where none was ever configured. */
  readonly block: BlockSettings | null;
  readonly policy: { readonly text: string; readonly hash: Digest; readonly isPublic: boolean } | null;
  /** What the ACL grants to everybody, for example `everybody: READ`. */
  readonly grants: readonly string[];
  /** Why it is public, in words; empty when it is not. */
  readonly reasons: readonly string[];
}

/**
 * Looks at a bucket's own settings. What an account-wide block forbids beside them is not looked at, and neither are ACLs
 * of single objects.
 */
export async function readExposure(
  client: AwsClient,
  region: string,
  bucket: string,
  signal: AbortSignal,
): Promise<Exposure> {
  const input = { Bucket: bucket };
  const [block, policy, status, acl] = await Promise.all([
    readBlock(client, region, bucket, signal),
    unlessUnset(client.ask(region, 's3.GetBucketPolicy', input, signal), 'NoSuchBucketPolicy'),
    unlessUnset(client.ask(region, 's3.GetBucketPolicyStatus', input, signal), 'NoSuchBucketPolicy'),
    client.ask(region, 's3.GetBucketAcl', input, signal),
  ]);
  const text = policy?.Policy;
  const isPublic = status?.PolicyStatus?.IsPublic;
  // Half an answer is no answer: without the status nobody knows whom the policy lets in.
  if (text !== undefined && isPublic === undefined)
    throw new Failure('stop.unsupported', `S3 does not say whether the policy of bucket ${bucket} is public`);
  const grants = listIn(acl.Grants, 'grants').flatMap(toEverybody);
  const reasons = [
    ...(isPublic === true && block?.RestrictPublicBuckets !== true ? ['its policy is public'] : []),
    ...(block?.IgnorePublicAcls === true ? [] : grants.map((grant) => `its ACL grants ${grant}`)),
  ];
  return {
    block,
    policy: text === undefined ? null : { text, hash: hashOf(text), isPublic: isPublic === true },
    grants,
    reasons,
  };
}

/** A bucket's public access block; null where it has none. */
export async function readBlock(
  client: AwsClient,
  region: string,
  bucket: string,
  signal: AbortSignal,
): Promise<BlockSettings | null> {
  const asked = client.ask(region, 's3.GetPublicAccessBlock', { Bucket: bucket }, signal);
  const answer = await unlessUnset(asked, 'NoSuchPublicAccessBlockConfiguration');
  if (answer === null) return null;
  const { PublicAccessBlockConfiguration: given } = answer;
  if (given === undefined)
    throw new Failure('stop.unsupported', `S3 does not say what the public access block of bucket ${bucket} is`);
  return settingsOf(given);
}

/** S3 leaves out what is off. */
const settingsOf = (given: PublicAccessBlockConfiguration): BlockSettings => ({
  BlockPublicAcls: given.BlockPublicAcls ?? false,
  IgnorePublicAcls: given.IgnorePublicAcls ?? false,
  BlockPublicPolicy: given.BlockPublicPolicy ?? false,
  RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
});

function toEverybody({ Grantee, Permission }: Grant): string[] {
  const who = EVERYBODY[Grantee?.URI ?? ''];
  return who === undefined ? [] : [`${Permission ?? 'something'} to ${who}`];
}

/** Of what it says, not of how it is written. */
function hashOf(policy: string): Digest {
  try {
    const parsed: unknown = JSON.parse(policy);
    return digestOf(parsed);
  } catch {
    return digestOf(policy);
  }
}
