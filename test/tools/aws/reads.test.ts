import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { MOST_ITEMS } from '../../../src/domain/list-item.ts';
import type { AnyTool } from '../../../src/sdk/define-tool.ts';
import { aws } from '../../../src/tools/aws/index.ts';
import { PERMISSIONS } from '../../../src/tools/aws/operations.ts';
import { bodyOf, contextWith, fakeAws, itemOf, REGION, snapshot, volume } from './fake-aws.ts';

const LOGGED =
  'o shop [27/Nov/2026:09:00:00 +0000] 1.1.1.1 - R REST.GET.OBJECT k "GET /k HTTP/1.1" 200 - 1 - 1 - "-" "ua" -';

/** An account with one of everything, so that what follows one answer is asked for too. */
const everything = () =>
  fakeAws({
    'ec2.DescribeVolumes': () => ({ Volumes: [volume('vol-0a0a0a0a')] }),
    'ec2.DescribeSnapshots': () => ({ Snapshots: [snapshot('snap-1', 'vol-0a0a0a0a')] }),
    'ec2.DescribeInstances': () => ({
      Reservations: [{ Instances: [{ InstanceId: 'i-1', State: { Name: 'running' } }] }],
    }),
    'ec2.DescribeImages': () => ({ Images: [{ ImageId: 'ami-1' }] }),
    'ec2.DescribeLaunchTemplateVersions': () => ({ LaunchTemplateVersions: [{ LaunchTemplateId: 'lt-1' }] }),
    'ce.GetCostAndUsage': () => ({
      ResultsByTime: [
        {
          TimePeriod: { Start: '2026-10-01', End: '2026-10-02' },
          Groups: [{ Keys: ['EBS:VolumeUsage.gp3'], Metrics: { UnblendedCost: { Amount: '1', Unit: 'USD' } } }],
        },
      ],
    }),
    's3.ListBuckets': () => ({ Buckets: [{ Name: 'shop', CreationDate: new Date(0) }] }),
    's3.GetBucketLocation': () => ({ LocationConstraint: 'EU' }),
    's3.GetPublicAccessBlock': () => ({ PublicAccessBlockConfiguration: {} }),
    's3.GetBucketPolicy': () => ({ Policy: '{}' }),
    's3.GetBucketPolicyStatus': () => ({ PolicyStatus: { IsPublic: true } }),
    's3.GetBucketAcl': () => ({ Grants: [] }),
    's3.GetBucketTagging': () => ({ TagSet: [] }),
    's3.GetBucketLogging': () => ({ LoggingEnabled: { TargetBucket: 'logs', TargetPrefix: '' } }),
    's3.ListObjectsV2': () => ({ Contents: [{ Key: '2026-11-27-10-00-00-A', Size: 100 }] }),
    's3.GetObject': () => ({ Body: bodyOf(LOGGED) }),
  });

const since = '2026-11-26T00:00:00Z';
const ARGS: Readonly<Record<string, object>> = {
  'aws.identity': {},
  'aws.buckets': {},
  'aws.metrics': {
    region: REGION,
    namespace: 'AWS/EBS',
    metric: 'VolumeReadOps',
    start: since,
    end: '2026-11-26T01:00:00Z',
  },
  'aws.cost': { start: '2026-10-01', end: '2026-11-01' },
  'aws.volume_references': { list: 'found' },
  'aws.volume_savings': { list: 'found', deletedAt: '2026-10-20T00:00:00Z' },
  'aws.public_buckets': { list: 'found' },
  'aws.denied_readers': { list: 'found', since },
  'aws.bucket_exposure': { region: REGION, bucket: 'shop' },
  'aws.bucket_readers': { region: REGION, bucket: 'shop', since },
};
const all: readonly AnyTool[] = aws.tools;
const reads = all.flatMap((tool) => (tool.risk === 'read' ? [[tool.name, tool] as const] : []));

test.each(reads)('%s only ever asks AWS to tell, and gives facts of its own schema', async (name, tool) => {
  const { client, asked } = everything();
  const items = [itemOf('volume', 'vol-0a0a0a0a'), itemOf('bucket', 'shop')];
  const args: unknown = tool.input.parse(ARGS[name] ?? { region: REGION });
  const { facts, items: found = [], summary } = await tool.read(args, contextWith(client, { items }));
  expect(tool.facts.parse(facts)).toEqual(facts);
  expect(Buffer.byteLength(JSON.stringify(facts))).toBeLessThanOrEqual(16 * 1024);
  expect(found.length).toBeLessThanOrEqual(MOST_ITEMS);
  expect(summary.length).toBeLessThanOrEqual(300);
  if (name !== 'aws.identity') expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter(({ operation }) => !/\.(Describe|Get|List)[A-Z]/.test(operation))).toEqual([]);
});

test.each(all.map((tool) => [tool.name, tool] as const))(
  '%s asks nothing with the credential of another account',
  async (_, tool) => {
    const { client, asked, script } = everything();
    script['sts.GetCallerIdentity'] = () => ({ Account: '999988887777', Arn: 'arn:aws:iam::999988887777:user/x' });
    const id = {
      region: REGION,
      volumeId: 'vol-0a0a0a0a',
      bucket: 'shop',
      resource: 'vol-0a0a0a0a',
      key: 'k',
      value: 'v',
    };
    const fields = new Set(Object.keys(z.object({ shape: z.record(z.string(), z.unknown()) }).parse(tool.input).shape));
    const given = ARGS[tool.name] ?? Object.fromEntries(Object.entries(id).filter(([name]) => fields.has(name)));
    const args: unknown = tool.input.parse(given);
    const context = contextWith(client, { items: [itemOf('volume', 'vol-0a0a0a0a'), itemOf('bucket', 'shop')] });
    const asking = tool.risk === 'read' ? tool.read(args, context) : tool.preview(args, context);
    await expect(asking).rejects.toMatchObject({
      type: 'stop.forbidden',
      message: expect.stringContaining('999988887777'),
    });
    expect(asked).toEqual([]);
  },
);

test('every read was tried, and an operation that changes something is one of a write', () => {
  expect(reads).toHaveLength(14);
  const changing = Object.keys(PERMISSIONS).filter((operation) => !/\.(Describe|Get|List)[A-Z]/.test(operation));
  expect(changing).toHaveLength(7);
});
