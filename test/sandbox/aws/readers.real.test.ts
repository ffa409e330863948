import { afterEach, expect, test } from '@jest/globals';
import { GetObjectCommand, ListObjectsV2Command, PutPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import { startSandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import type { SandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import { EXPORTS, FEED } from '../../../sandbox/aws/worlds/buckets.ts';
import { openBuckets } from '../../../sandbox/aws/worlds/public-buckets.ts';
import { until } from '../../support/until.ts';
import { clientsOf } from './clients.ts';

let aws: SandboxAws | undefined;
afterEach(() => aws?.stop());

const ALL_ON = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

/** Who read a bucket since a time, and how it ended: `203.0.113.77 200`. As Belay learns it: from the log's objects. */
async function readsOf(sandbox: SandboxAws, bucket: string, since: number): Promise<string[]> {
  const { region = '', logging } = sandbox.world.buckets.get(bucket) ?? {};
  const { s3 } = await clientsOf(sandbox, 'prod', region);
  const Bucket = logging?.bucket ?? '';
  const { Contents: objects = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${bucket}/` }));
  const fresh = objects.filter(({ LastModified: modified }) => (modified?.getTime() ?? 0) > since);
  const texts = fresh.map(async ({ Key }) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString(),
  );
  const lines = (await Promise.all(texts)).flatMap((text = '') => text.trim().split('\n'));
  return lines
    .map((line) => line.replace(/\[[^\]]*\]/, 'time').match(/"[^"]*"|\S+/g) ?? [])
    .filter(([, , , , , , operation]) => operation === 'REST.GET.OBJECT')
    .map(([, , , from, , , , , , status]) => `${from} ${status}`);
}

test.each([
  ['own', '10.20.1.15 200'],
  ['other', '10.40.7.3 403'],
] as const)(
  'once the buckets are blocked, the scraper is refused; a reader by a role of the %s account: %s',
  async (reader, after) => {
    const sandbox = await startSandboxAws({ pace: { accessLog: 0 }, readEveryMs: 50, reader });
    aws = sandbox;
    openBuckets(sandbox.world, { reader });
    const opened = Date.now() - 1;
    await until('both have read', async () => {
      const reads = [...(await readsOf(sandbox, EXPORTS, opened)), ...(await readsOf(sandbox, FEED, opened))];
      return reads.includes('203.0.113.77 200') && reads.some((read) => /^10\..* 200$/.test(read));
    });
    for (const Bucket of [EXPORTS, FEED]) {
      const { s3 } = await clientsOf(sandbox, 'prod', sandbox.world.buckets.get(Bucket)?.region);
      await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: ALL_ON }));
    }
    await until('both have come again', async () => {
      const reads = [...(await readsOf(sandbox, EXPORTS, opened)), ...(await readsOf(sandbox, FEED, opened))];
      return reads.includes('203.0.113.77 403') && reads.at(-1) === after;
    });
  },
);

test('nobody reads before a bucket has been opened', async () => {
  aws = await startSandboxAws({ pace: { accessLog: 0 }, readEveryMs: 10 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await readsOf(aws, EXPORTS, 0)).toEqual([]);
});
