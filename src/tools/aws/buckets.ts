import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import type { AwsClient } from './client.ts';
import { sideBySide } from './side-by-side.ts';

const MAX = 100;
const WIDTH = 8;
const PAGE = 1000;

const Row = z.object({ bucket: z.string(), region: z.string(), createdAt: z.string().nullable() });

/** `aws.buckets`: the buckets of an account in the connection's regions. */
export const buckets = defineTool({
  name: 'aws.buckets',
  title: 'Buckets of an account',
  description:
    `S3 buckets of the account in the regions of this connection. At most ${MAX} in the facts, all of them as evidence; count ` +
    'tells how many there are, elsewhere how many are in other regions.',
  risk: 'read',
  input: z.strictObject({}),
  facts: z.object({
    buckets: z.array(Row).max(MAX),
    count: z.number().int(),
    elsewhere: z.number().int(),
    complete: z.boolean(),
  }),
  timeout: '2m',
  async read(_args, { client, signal }: ToolContext<AwsClient>) {
    const home = client.regions[0] ?? 'us-east-1';
    const token = { answer: 'ContinuationToken', ask: 'ContinuationToken' } as const;
    const pages = await client.pages(home, 's3.ListBuckets', { MaxBuckets: PAGE }, token, signal);
    const all = pages.flatMap(({ Buckets = [] }) => Buckets);
    const rows = await sideBySide(all, WIDTH, async ({ Name: bucket = '', BucketRegion, CreationDate }) => ({
      bucket,
      region: BucketRegion ?? (await locationOf(client, home, bucket, signal)),
      createdAt: CreationDate?.toISOString() ?? null,
    }));
    const here = rows.filter(({ region }) => client.regions.includes(region));
    const shown = fit(here, MAX);
    return {
      facts: {
        buckets: shown,
        count: here.length,
        elsewhere: rows.length - here.length,
        complete: shown.length === here.length,
      },
      content: rows.map(({ bucket, region, createdAt }) => `${bucket}  ${region}  ${createdAt ?? '-'}`).join('\n'),
      summary: `${here.length} buckets in ${client.regions.join(', ')}, ${rows.length - here.length} elsewhere`.slice(
        0,
        300,
      ),
    };
  },
});

/** S3's oldest region has no name here: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
async function locationOf(client: AwsClient, region: string, bucket: string, signal: AbortSignal): Promise<string> {
  const { LocationConstraint: where } = await client.ask(region, 's3.GetBucketLocation', { Bucket: bucket }, signal);
  if (!where) return 'us-east-1';
  return where === 'EU' ? 'eu-west-1' : where;
}
