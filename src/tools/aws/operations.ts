import type * as cloudwatch from '@aws-sdk/client-cloudwatch';
import type * as costExplorer from '@aws-sdk/client-cost-explorer';
import type * as ec2 from '@aws-sdk/client-ec2';
import type * as s3 from '@aws-sdk/client-s3';
import type * as sts from '@aws-sdk/client-sts';

/** Everything Belay ever asks of AWS: what goes in, what comes out. */
export interface Operations {
  'sts.GetCallerIdentity': [sts.GetCallerIdentityCommandInput, sts.GetCallerIdentityCommandOutput];
  'ec2.DescribeVolumes': [ec2.DescribeVolumesCommandInput, ec2.DescribeVolumesCommandOutput];
  'ec2.DescribeSnapshots': [ec2.DescribeSnapshotsCommandInput, ec2.DescribeSnapshotsCommandOutput];
  'ec2.DescribeInstances': [ec2.DescribeInstancesCommandInput, ec2.DescribeInstancesCommandOutput];
  'ec2.DescribeImages': [ec2.DescribeImagesCommandInput, ec2.DescribeImagesCommandOutput];
  'ec2.DescribeLaunchTemplateVersions': [
    ec2.DescribeLaunchTemplateVersionsCommandInput,
    ec2.DescribeLaunchTemplateVersionsCommandOutput,
  ];
  'ec2.CreateSnapshot': [ec2.CreateSnapshotCommandInput, ec2.CreateSnapshotCommandOutput];
  'ec2.DeleteVolume': [ec2.DeleteVolumeCommandInput, ec2.DeleteVolumeCommandOutput];
  'ec2.CreateVolume': [ec2.CreateVolumeCommandInput, ec2.CreateVolumeCommandOutput];
  'ec2.CreateTags': [ec2.CreateTagsCommandInput, ec2.CreateTagsCommandOutput];
  'ec2.DeleteTags': [ec2.DeleteTagsCommandInput, ec2.DeleteTagsCommandOutput];
  'cloudwatch.GetMetricData': [cloudwatch.GetMetricDataCommandInput, cloudwatch.GetMetricDataCommandOutput];
  'ce.GetCostAndUsage': [costExplorer.GetCostAndUsageCommandInput, costExplorer.GetCostAndUsageCommandOutput];
  's3.ListBuckets': [s3.ListBucketsCommandInput, s3.ListBucketsCommandOutput];
  's3.GetBucketLocation': [s3.GetBucketLocationCommandInput, s3.GetBucketLocationCommandOutput];
  's3.GetBucketTagging': [s3.GetBucketTaggingCommandInput, s3.GetBucketTaggingCommandOutput];
  's3.GetPublicAccessBlock': [s3.GetPublicAccessBlockCommandInput, s3.GetPublicAccessBlockCommandOutput];
  's3.GetBucketPolicy': [s3.GetBucketPolicyCommandInput, s3.GetBucketPolicyCommandOutput];
  's3.GetBucketPolicyStatus': [s3.GetBucketPolicyStatusCommandInput, s3.GetBucketPolicyStatusCommandOutput];
  's3.GetBucketAcl': [s3.GetBucketAclCommandInput, s3.GetBucketAclCommandOutput];
  's3.GetBucketLogging': [s3.GetBucketLoggingCommandInput, s3.GetBucketLoggingCommandOutput];
  's3.ListObjectsV2': [s3.ListObjectsV2CommandInput, s3.ListObjectsV2CommandOutput];
  /** Of an object its content alone is looked at. */
  's3.GetObject': [s3.GetObjectCommandInput, { readonly Body?: { transformToString(): Promise<string> } }];
  's3.PutPublicAccessBlock': [s3.PutPublicAccessBlockCommandInput, s3.PutPublicAccessBlockCommandOutput];
  's3.DeletePublicAccessBlock': [s3.DeletePublicAccessBlockCommandInput, s3.DeletePublicAccessBlockCommandOutput];
}
export type Operation = keyof Operations;
export type Input<O extends Operation> = Operations[O][0];
export type Output<O extends Operation> = Operations[O][1];

/** The IAM permission that allows each; S3 spells several otherwise than the operation. docs/aws.md has them as policies. */
export const PERMISSIONS = {
  // Nobody can be denied it, also not by a policy.
  'sts.GetCallerIdentity': 'sts:GetCallerIdentity',
  'ec2.DescribeVolumes': 'ec2:DescribeVolumes',
  'ec2.DescribeSnapshots': 'ec2:DescribeSnapshots',
  'ec2.DescribeInstances': 'ec2:DescribeInstances',
  'ec2.DescribeImages': 'ec2:DescribeImages',
  'ec2.DescribeLaunchTemplateVersions': 'ec2:DescribeLaunchTemplateVersions',
  'ec2.CreateSnapshot': 'ec2:CreateSnapshot',
  'ec2.DeleteVolume': 'ec2:DeleteVolume',
  'ec2.CreateVolume': 'ec2:CreateVolume',
  'ec2.CreateTags': 'ec2:CreateTags',
  'ec2.DeleteTags': 'ec2:DeleteTags',
  'cloudwatch.GetMetricData': 'cloudwatch:GetMetricData',
  'ce.GetCostAndUsage': 'ce:GetCostAndUsage',
  's3.ListBuckets': 's3:ListAllMyBuckets',
  's3.GetBucketLocation': 's3:GetBucketLocation',
  's3.GetBucketTagging': 's3:GetBucketTagging',
  's3.GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3.GetBucketPolicy': 's3:GetBucketPolicy',
  's3.GetBucketPolicyStatus': 's3:GetBucketPolicyStatus',
  's3.GetBucketAcl': 's3:GetBucketAcl',
  's3.GetBucketLogging': 's3:GetBucketLogging',
  's3.ListObjectsV2': 's3:ListBucket',
  's3.GetObject': 's3:GetObject',
  's3.PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3.DeletePublicAccessBlock': 's3:PutBucketPublicAccessBlock',
} as const satisfies Record<Operation, string>;
