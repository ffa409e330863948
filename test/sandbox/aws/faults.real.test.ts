import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import { DescribeSnapshotsCommand, DescribeVolumesCommand, paginateDescribeVolumes } from '@aws-sdk/client-ec2';
import { ListBucketsCommand, PutPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { FaultKind } from '../../../sandbox/aws/faults.ts';
import { startSandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import type { SandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import { leaveVolumes } from '../../../sandbox/aws/worlds/leftovers.ts';
import type { Clients } from './clients.ts';
import { clientsOf, refusal } from './clients.ts';

let aws: SandboxAws;
let prod: Clients;
let america: Clients;
beforeAll(async () => {
  aws = await startSandboxAws();
  leaveVolumes(aws.world);
  [prod, america] = [await clientsOf(aws, 'prod'), await clientsOf(aws, 'prod', 'us-east-1')];
});
afterEach(() => aws.faults.clear());
afterAll(() => aws?.stop());

const volumes = ({ ec2 }: Clients): Promise<unknown> => ec2.send(new DescribeVolumesCommand({}));

const OPERATIONS: Record<string, (clients: Clients) => Promise<unknown>> = {
  DescribeVolumes: volumes,
  GetCallerIdentity: ({ sts }) => sts.send(new GetCallerIdentityCommand({})),
  ListBuckets: ({ s3 }) => s3.send(new ListBucketsCommand({})),
  GetMetricData: ({ cloudWatch }) =>
    cloudWatch.send(new GetMetricDataCommand({ MetricDataQueries: [], StartTime: new Date(0), EndTime: new Date() })),
  GetCostAndUsage: ({ costs }) =>
    costs.send(
      new GetCostAndUsageCommand({
        TimePeriod: { Start: '2026-01-01', End: '2026-02-01' },
        Granularity: 'MONTHLY',
        Metrics: ['UnblendedCost'],
      }),
    ),
};

describe('each service says in its own words', () => {
  test.each<[string, FaultKind, string, number]>([
    ['DescribeVolumes', 'throttled', 'RequestLimitExceeded', 503],
    ['GetCallerIdentity', 'throttled', 'Throttling', 400],
    ['ListBuckets', 'throttled', 'SlowDown', 503],
    ['GetMetricData', 'throttled', 'Throttling', 400],
    ['GetCostAndUsage', 'throttled', 'LimitExceededException', 400],
    ['DescribeVolumes', 'denied', 'UnauthorizedOperation', 403],
    ['ListBuckets', 'denied', 'AccessDenied', 403],
    ['GetMetricData', 'denied', 'AccessDenied', 403],
    ['GetCostAndUsage', 'denied', 'AccessDeniedException', 400],
    [
      'DescribeVolumes',
      { code: 'InternalError', status: 500, message: 'An internal error has occurred' },
      'InternalError',
      500,
    ],
    ['ListBuckets', { code: 'ServiceUnavailable', status: 503 }, 'ServiceUnavailable', 503],
  ])('%s: %j is %s', async (operation, kind, code, status) => {
    aws.faults.fail(operation, kind);
    expect(await refusal(OPERATIONS[operation]?.(prod) ?? Promise.reject(new Error(operation)))).toMatchObject({
      code,
      status,
    });
  });

  test('which permission is missing, also where IAM spells it otherwise than the operation', async () => {
    aws.faults.fail('DescribeVolumes', 'denied');
    expect((await refusal(volumes(prod))).message).toBe(
      'You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/belay/test is not ' +
        'authorized to perform: ec2:DescribeVolumes because no identity-based policy allows the ec2:DescribeVolumes action',
    );
    aws.faults.fail('s3:PutBucketPublicAccessBlock', 'denied');
    const put = new PutPublicAccessBlockCommand({ Bucket: 'shop-backups', PublicAccessBlockConfiguration: {} });
    expect((await refusal(prod.s3.send(put))).message).toContain(
      'not authorized to perform: s3:PutBucketPublicAccessBlock',
    );
  });
});

describe('only what was meant fails', () => {
  test('one region', async () => {
    aws.faults.fail('us-east-1', 'throttled', Number.POSITIVE_INFINITY);
    expect(await refusal(volumes(america))).toMatchObject({ code: 'RequestLimitExceeded' });
    expect(await refusal(america.ec2.send(new DescribeSnapshotsCommand({})))).toMatchObject({
      code: 'RequestLimitExceeded',
    });
    await volumes(prod);
  });

  test('one account', async () => {
    aws.faults.fail('222233334444', 'denied', 2);
    await volumes(prod);
    expect(await refusal(volumes(await clientsOf(aws, 'dev')))).toMatchObject({ code: 'UnauthorizedOperation' });
  });

  test('an operation in a region, and that as often as was said', async () => {
    aws.faults.fail({ region: 'us-east-1', operation: 'DescribeVolumes' }, 'throttled', 2);
    await volumes(prod);
    await america.ec2.send(new DescribeSnapshotsCommand({}));
    for (let time = 0; time < 2; time += 1)
      expect(await refusal(volumes(america))).toMatchObject({ code: 'RequestLimitExceeded' });
    await volumes(america);
  });

  test('the second page', async () => {
    aws.faults.fail({ operation: 'DescribeVolumes', nextPage: true }, { code: 'InternalError', status: 500 });
    const sizes: number[] = [];
    const readAll = async (): Promise<void> => {
      for await (const { Volumes: page = [] } of paginateDescribeVolumes({ client: prod.ec2, pageSize: 5 }, {}))
        sizes.push(page.length);
    };
    expect(await refusal(readAll())).toMatchObject({ code: 'InternalError', status: 500 });
    expect(sizes).toEqual([5]);
  });

  test('a connection that ends without an answer is no answer of AWS', async () => {
    aws.faults.fail('DescribeVolumes', 'reset');
    await expect(volumes(prod)).rejects.toThrow('socket hang up');
    await volumes(prod);
  });
});
