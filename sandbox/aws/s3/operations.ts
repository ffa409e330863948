import { AwsError } from '../protocol/aws-error.ts';
import type { Call } from '../protocol/service.ts';
import {
  deletePublicAccessBlock,
  getBucketAcl,
  getBucketLocation,
  getBucketLogging,
  getBucketPolicy,
  getBucketPolicyStatus,
  getBucketTagging,
  getPublicAccessBlock,
  headBucket,
  putBucketPolicy,
  putPublicAccessBlock,
} from './bucket-settings.ts';
import { listBuckets } from './list-buckets.ts';
import { listObjects } from './list-objects.ts';
import { getObject, putObject } from './object-bodies.ts';
import type { S3Place } from './s3-place.ts';

/** What an operation answers: XML, or a body as it is. */
export interface S3Result {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly xml?: Record<string, unknown>;
  readonly body?: string | Buffer;
}

export interface S3Operation {
  readonly name: string;
  /** The IAM action. */
  readonly permission: string;
  /** As access logs write it: `REST.GET.OBJECT`. */
  readonly logName: string;
  /** Settings are for the bucket's own account only; who may read objects is up to policies. */
  readonly ownerOnly: boolean;
  readonly answer: (call: Call, place: S3Place) => S3Result;
}

type Row = readonly [name: string, permission: string, log: string, answer: S3Operation['answer'], ownerOnly?: boolean];

/** By method and what the path and query name. */
const OPERATIONS: Readonly<Record<string, Row>> = {
  'GET service': ['ListBuckets', 's3:ListAllMyBuckets', 'REST.GET.SERVICE', listBuckets],
  'HEAD bucket': ['HeadBucket', 's3:ListBucket', 'REST.HEAD.BUCKET', headBucket, true],
  'GET bucket location': ['GetBucketLocation', 's3:GetBucketLocation', 'REST.GET.LOCATION', getBucketLocation, true],
  'GET bucket publicAccessBlock': [
    'GetPublicAccessBlock',
    's3:GetBucketPublicAccessBlock',
    'REST.GET.PUBLIC_ACCESS_BLOCK',
    getPublicAccessBlock,
    true,
  ],
  'PUT bucket publicAccessBlock': [
    'PutPublicAccessBlock',
    's3:PutBucketPublicAccessBlock',
    'REST.PUT.PUBLIC_ACCESS_BLOCK',
    putPublicAccessBlock,
    true,
  ],
  'DELETE bucket publicAccessBlock': [
    'DeletePublicAccessBlock',
    's3:PutBucketPublicAccessBlock',
    'REST.DELETE.PUBLIC_ACCESS_BLOCK',
    deletePublicAccessBlock,
    true,
  ],
  'GET bucket policy': ['GetBucketPolicy', 's3:GetBucketPolicy', 'REST.GET.BUCKETPOLICY', getBucketPolicy, true],
  'PUT bucket policy': ['PutBucketPolicy', 's3:PutBucketPolicy', 'REST.PUT.BUCKETPOLICY', putBucketPolicy, true],
  'GET bucket policyStatus': [
    'GetBucketPolicyStatus',
    's3:GetBucketPolicyStatus',
    'REST.GET.POLICY_STATUS',
    getBucketPolicyStatus,
    true,
  ],
  'GET bucket acl': ['GetBucketAcl', 's3:GetBucketAcl', 'REST.GET.ACL', getBucketAcl, true],
  'GET bucket logging': ['GetBucketLogging', 's3:GetBucketLogging', 'REST.GET.LOGGING_STATUS', getBucketLogging, true],
  'GET bucket tagging': ['GetBucketTagging', 's3:GetBucketTagging', 'REST.GET.TAGGING', getBucketTagging, true],
  'GET bucket list': ['ListObjectsV2', 's3:ListBucket', 'REST.GET.BUCKET', listObjects],
  'GET object': ['GetObject', 's3:GetObject', 'REST.GET.OBJECT', getObject],
  'HEAD object': ['HeadObject', 's3:GetObject', 'REST.HEAD.OBJECT', getObject],
  'PUT object': ['PutObject', 's3:PutObject', 'REST.PUT.OBJECT', putObject],
};

/** @throws AwsError NotImplemented for what the sandbox does not have */
export function operationFor({ method, query }: Call, { bucket, key, subresource }: S3Place): S3Operation {
  const level = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
  const part = subresource ?? (level === 'bucket' && query.get('list-type') === '2' ? 'list' : undefined);
  const asked = [method, level, ...(part === undefined ? [] : [part])].join(' ');
  const row = Object.hasOwn(OPERATIONS, asked) ? OPERATIONS[asked] : undefined;
  if (!row)
    throw new AwsError(
      'NotImplemented',
      `A header you provided implies functionality that is not implemented: ${asked}`,
      501,
    );
  const [name, permission, logName, answer, ownerOnly = false] = row;
  return { name, permission, logName, answer, ownerOnly };
}
