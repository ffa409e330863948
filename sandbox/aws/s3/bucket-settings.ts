import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import type { Call } from '../protocol/service.ts';
import { bucketOf, canonicalId, S3_NAMESPACE } from './bucket-of.ts';
import type { PublicAccessBlock } from './objects.ts';
import type { S3Result } from './operations.ts';
import { isPublicPolicy, readPolicy } from './policy.ts';
import type { S3Place } from './s3-place.ts';

const EVERYBODY = 'http://acs.amazonaws.com/groups/global/AllUsers';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

const none = (code: string, message: string, bucket: string): AwsError =>
  new AwsError(code, message, 404, { fields: { BucketName: bucket } });

const accessDenied = (): AwsError => new AwsError('AccessDenied', 'Access Denied', 403);

export const headBucket = (call: Call, place: S3Place): S3Result => ({
  headers: { 'x-amz-bucket-region': bucketOf(call, place).region },
});

export function getBucketLocation(call: Call, place: S3Place): S3Result {
  const { region } = bucketOf(call, place);
  // The first region has no name here.
  return { xml: { LocationConstraint: { '@xmlns': S3_NAMESPACE, '#text': region === 'us-east-1' ? '' : region } } };
}

export function getPublicAccessBlock(call: Call, place: S3Place): S3Result {
  const { block, name } = bucketOf(call, place);
  if (!block)
    throw none('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found', name);
  return { xml: { PublicAccessBlockConfiguration: { '@xmlns': S3_NAMESPACE, ...block } } };
}

const Switch = z.stringbool().default(false);
const Configuration = z.object({
  PublicAccessBlockConfiguration: z.object({
    BlockPublicAcls: Switch,
    IgnorePublicAcls: Switch,
    BlockPublicPolicy: Switch,
    RestrictPublicBuckets: Switch,
  }),
});

function readBlock(body: Buffer): PublicAccessBlock {
  try {
    const parser = new XMLParser({ parseTagValue: false });
    return Configuration.parse(parser.parse(body, true)).PublicAccessBlockConfiguration;
  } catch {
    throw new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate.');
  }
}

/** What is not named is off. */
export function putPublicAccessBlock(call: Call, place: S3Place): S3Result {
  bucketOf(call, place).block = readBlock(call.body);
  return {};
}

export function deletePublicAccessBlock(call: Call, place: S3Place): S3Result {
  bucketOf(call, place).block = undefined;
  return { status: 204 };
}

const noPolicy = (bucket: string): AwsError => none('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket);

export function getBucketPolicy(call: Call, place: S3Place): S3Result {
  const { policy, name } = bucketOf(call, place);
  if (policy === undefined) throw noPolicy(name);
  return { body: policy, headers: { 'content-type': 'application/json' } };
}

export function putBucketPolicy(call: Call, place: S3Place): S3Result {
  const bucket = bucketOf(call, place);
  const policy = call.body.toString('utf8');
  readPolicy(policy);
  if (bucket.block?.BlockPublicPolicy && isPublicPolicy(policy)) throw accessDenied();
  bucket.policy = policy;
  return { status: 204 };
}

export function getBucketPolicyStatus(call: Call, place: S3Place): S3Result {
  const { policy, name } = bucketOf(call, place);
  if (policy === undefined) throw noPolicy(name);
  return { xml: { PolicyStatus: { '@xmlns': S3_NAMESPACE, IsPublic: isPublicPolicy(policy) } } };
}

export function getBucketAcl(call: Call, place: S3Place): S3Result {
  const { account, aclPublicRead } = bucketOf(call, place);
  const owner = { ID: canonicalId(account) };
  const grant = (type: string, who: Record<string, string>, permission: string): Record<string, unknown> => ({
    Grantee: { '@xmlns:xsi': XSI, '@xsi:type': type, ...who },
    Permission: permission,
  });
  const everybody = aclPublicRead ? [grant('Group', { URI: EVERYBODY }, 'READ')] : [];
  return {
    xml: {
      AccessControlPolicy: {
        '@xmlns': S3_NAMESPACE,
        Owner: owner,
        AccessControlList: { Grant: [grant('CanonicalUser', owner, 'FULL_CONTROL'), ...everybody] },
      },
    },
  };
}

export function getBucketLogging(call: Call, place: S3Place): S3Result {
  const { logging } = bucketOf(call, place);
  const enabled = logging && { LoggingEnabled: { TargetBucket: logging.bucket, TargetPrefix: logging.prefix } };
  return { xml: { BucketLoggingStatus: { '@xmlns': S3_NAMESPACE, ...enabled } } };
}

export function getBucketTagging(call: Call, place: S3Place): S3Result {
  const { tags, name } = bucketOf(call, place);
  const all = Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value }));
  if (all.length === 0) throw none('NoSuchTagSet', 'The TagSet does not exist', name);
  return { xml: { Tagging: { '@xmlns': S3_NAMESPACE, TagSet: { Tag: all } } } };
}
