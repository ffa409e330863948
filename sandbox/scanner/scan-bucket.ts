import type { PublicAccessBlockConfiguration, S3Client } from '@aws-sdk/client-s3';
import {
  GetBucketAclCommand,
  GetBucketLoggingCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';

/** What the checks look at. */
export interface ScannedBucket {
  readonly name: string;
  readonly region: string;
  readonly block: PublicAccessBlockConfiguration;
  /** Everybody, or everybody with some account, has a grant in the ACL. */
  readonly publicAcl: boolean;
  /** A statement of the policy allows something to `*`. Conditions are not weighed, as in Prowler. */
  readonly publicPolicy: boolean;
  readonly logging: boolean;
  readonly tags: readonly string[];
}

/** What was never set is an error in S3; for a scanner it is an answer. */
async function unlessUnset<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && /^NoSuch(PublicAccessBlockConfiguration|BucketPolicy|TagSet)$/.test(error.name))
      return undefined;
    throw error;
  }
}

const Principal = z.union([z.string(), z.looseObject({ AWS: z.union([z.string(), z.array(z.string())]).optional() })]);
const Policy = z.looseObject({
  Statement: z.array(z.looseObject({ Effect: z.string(), Principal: Principal.optional() })),
});

function allowsEverybody(policy: string | undefined): boolean {
  if (policy === undefined) return false;
  return Policy.parse(JSON.parse(policy)).Statement.some(({ Effect: effect, Principal: principal }) => {
    const named = typeof principal === 'object' ? [principal.AWS ?? []].flat() : [principal];
    return effect === 'Allow' && named.includes('*');
  });
}

/** @throws the SDK's error when something may not be read: a scan that leaves a bucket out would call it safe */
export async function scanBucket(client: S3Client, name: string, region: string): Promise<ScannedBucket> {
  const Bucket = name;
  const [block, acl, policy, logging, tagging] = await Promise.all([
    unlessUnset(client.send(new GetPublicAccessBlockCommand({ Bucket }))),
    client.send(new GetBucketAclCommand({ Bucket })),
    unlessUnset(client.send(new GetBucketPolicyCommand({ Bucket }))),
    client.send(new GetBucketLoggingCommand({ Bucket })),
    unlessUnset(client.send(new GetBucketTaggingCommand({ Bucket }))),
  ]);
  return {
    name,
    region,
    block: block?.PublicAccessBlockConfiguration ?? {},
    publicAcl: (acl.Grants ?? []).some(({ Grantee: grantee }) =>
      /\/(All|Authenticated)Users$/.test(grantee?.URI ?? ''),
    ),
    publicPolicy: allowsEverybody(policy?.Policy),
    logging: logging.LoggingEnabled !== undefined,
    tags: (tagging?.TagSet ?? []).map(({ Key: key, Value: value }) => `${key}:${value}`),
  };
}
