import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { logPlace, readLog } from './access-log.ts';
import { BucketName } from './bucket.ts';
import type { AwsClient } from './client.ts';
import { Reader, readersOf } from './readers.ts';
import { Region } from './settings.ts';

const MAX = 20;
const Count = z.number().int().nonnegative();

/** `aws.bucket_readers`: who reads a bucket, by its access log. */
export const bucketReaders = defineTool({
  name: 'aws.bucket_readers',
  title: 'Readers of a bucket',
  description:
    'Who read an S3 bucket since a time, by a sample of its server access log: how often each was served and denied, and who ' +
    `did not say who they are. At most ${MAX} readers. logging is false where the bucket has no log: then nobody knows. S3 ` +
    'delivers logs hours late.',
  risk: 'read',
  input: z.strictObject({
    region: Region,
    bucket: BucketName,
    since: z.iso.datetime({ offset: true }).describe('RFC 3339'),
  }),
  facts: z.object({
    bucket: z.string(),
    region: z.string(),
    logging: z.boolean(),
    readers: z.array(Reader).max(MAX),
    count: Count,
    anonymous: Count,
    requests: Count,
    unreadable: Count,
    complete: z.boolean(),
  }),
  timeout: '2m',
  async read({ region, bucket, since }, { client, signal, now }: ToolContext<AwsClient>) {
    const { account } = await client.identity(signal);
    const place = await logPlace(client, { account, region, bucket }, signal);
    const of = { bucket, since: new Date(since), until: now() };
    const sample = place === null ? null : await readLog(client, region, place, of, signal);
    const readers = readersOf(sample?.records ?? []);
    const shown = readers.slice(0, MAX);
    const anonymous = readers.filter((reader) => reader.anonymous).length;
    return {
      facts: {
        bucket,
        region,
        logging: place !== null,
        readers: shown,
        count: readers.length,
        anonymous,
        requests: readers.reduce((sum, { served, denied }) => sum + served + denied, 0),
        unreadable: sample?.unreadable ?? 0,
        complete: (sample?.complete ?? false) && shown.length === readers.length,
      },
      content:
        readers
          .map(
            ({ who, served, denied, firstAt, lastAt }) =>
              `${who}  served ${served}  denied ${denied}  ${firstAt} to ${lastAt}`,
          )
          .join('\n') || (place === null ? 'no access log' : 'nobody in the log'),
      summary:
        place === null
          ? `bucket ${bucket} has no access log: nobody knows who reads it`
          : `${readers.length} readers of bucket ${bucket} since ${since}, ${anonymous} of them anonymous`,
    };
  },
});
