import { createHash } from 'node:crypto';
import { logLine, writeLog } from '../s3/access-log.ts';
import type { LoggedRequest } from '../s3/access-log.ts';
import type { LogRecord } from '../s3/objects.ts';
import type { World } from '../world.ts';
import { bucketNamed, EXPORTS, FEED } from './buckets.ts';
import type { RoleReader } from './readers.ts';
import { SCRAPER } from './readers.ts';

const HOUR = 3_600_000;
const DAYS = 7;

type Reader = Pick<LoggedRequest, 'from' | 'requester' | 'agent'>;

/** Log objects of the last week, one for each time that somebody came: all objects are read, one after another. */
function putReads(world: World, bucketName: string, reader: Reader, hours: readonly number[]): void {
  const bucket = bucketNamed(world, bucketName);
  const today = Math.floor(world.now() / (24 * HOUR)) * 24 * HOUR;
  for (let day = DAYS; day >= 1; day -= 1) {
    for (const hour of hours) {
      const at = today - day * 24 * HOUR + hour * HOUR;
      const records = [...bucket.objects].map(([key, { body }], index): LogRecord => {
        const when = at + index * 1000;
        const request = {
          ...reader,
          at: when,
          id: createHash('sha256').update(`${bucketName}/${key}/${when}`).digest('hex').slice(0, 32),
          operation: 'REST.GET.OBJECT',
          key,
          uri: `GET /${key} HTTP/1.1`,
          status: 200,
          error: undefined,
          bytes: body.length,
        };
        return { at: when, line: logLine(bucket, request) };
      });
      // S3 brings them some minutes later.
      writeLog(world, bucket, records, at + HOUR / 4);
    }
  }
}

/** A scraper who comes several times a day, and a report that is made each night. */
export function putPastReads(world: World, reader: RoleReader): void {
  putReads(world, EXPORTS, { ...SCRAPER, requester: undefined }, [1, 7, 13, 19]);
  const requester = `arn:aws:sts::${reader.account}:assumed-role/${reader.role}/${reader.session}`;
  putReads(world, FEED, { from: reader.from, requester, agent: 'aws-sdk-js/3.1168.0' }, [2]);
}
