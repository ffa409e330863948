import { z } from 'zod';
import { Digest } from '../../domain/digest.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { BucketName } from './bucket.ts';
import type { AwsClient } from './client.ts';
import { BlockSettings, readExposure } from './exposure.ts';
import { Names, someOf } from './listed.ts';
import { Region } from './settings.ts';

/** `aws.bucket_exposure`: who may reach a bucket without being named. */
export const bucketExposure = defineTool({
  name: 'aws.bucket_exposure',
  title: 'Exposure of a bucket',
  description:
    'Whether an S3 bucket is public, and why: its public access block, what S3 says of its policy, and what its ACL grants to ' +
    'everybody. The policy is in the evidence. An account-wide block and ACLs of single objects are not looked at.',
  risk: 'read',
  input: z.strictObject({ region: Region, bucket: BucketName }),
  facts: z.object({
    bucket: z.string(),
    region: z.string(),
    public: Names,
    block: BlockSettings.nullable(),
    policyHash: Digest.nullable(),
    policyPublic: z.boolean(),
    grants: Names,
  }),
  timeout: '30s',
  async read({ region, bucket }, { client, signal }: ToolContext<AwsClient>) {
    const { block, policy, grants, reasons } = await readExposure(client, region, bucket, signal);
    return {
      facts: {
        bucket,
        region,
        public: someOf(reasons),
        block,
        policyHash: policy?.hash ?? null,
        policyPublic: policy?.isPublic ?? false,
        grants: someOf(grants),
      },
      content: [
        `bucket ${bucket} in ${region}: ${reasons.length === 0 ? 'not public' : `public: ${reasons.join('; ')}`}`,
        `public access block: ${block === null ? 'none' : JSON.stringify(block)}`,
        `grants to everybody: ${grants.join('; ') || 'none'}`,
        `policy (${policy?.isPublic === true ? 'public' : 'not public'}):`,
        policy?.text ?? 'none',
      ].join('\n'),
      summary: `bucket ${bucket} is ${reasons.length === 0 ? 'not public' : `public: ${reasons.join('; ')}`}`.slice(
        0,
        300,
      ),
    };
  },
});
