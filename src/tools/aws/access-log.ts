import { Failure } from '../../domain/failure.ts';
import type { AwsClient } from './client.ts';
import { type AccessRecord, accessRecord } from './access-log-line.ts';
import type { Input } from './operations.ts';
import { sideBySide } from './side-by-side.ts';

/** Where a bucket's server access log goes. */
export interface LogPlace {
  readonly bucket: string;
  /** What its files' names begin with, up to the time. */
  readonly prefix: string;
  /** True where days have folders of their own. */
  readonly partitioned: boolean;
}

/** What was read of a log. */
export interface LogSample {
  readonly records: readonly AccessRecord[];
  /** False when not every file of that time was read. */
  readonly complete: boolean;
  /** Lines that no log of S3's has. */
  readonly unreadable: number;
}

/** A sample, not an archive: a busy bucket writes thousands of files an hour. */
const MOST_FILES = 60;
const MOST_PAGES = 20;
const MOST_FILE_BYTES = 1024 * 1024;
const LATE_MS = 6 * 3_600_000;
const WIDTH = 6;

/** Where the log goes; null where logging is off. */
export async function logPlace(
  client: AwsClient,
  { account, region, bucket }: { account: string; region: string; bucket: string },
  signal: AbortSignal,
): Promise<LogPlace | null> {
  const { LoggingEnabled: logging } = await client.ask(region, 's3.GetBucketLogging', { Bucket: bucket }, signal);
  if (logging?.TargetBucket === undefined) return null;
  const partitioned = logging.TargetObjectKeyFormat?.PartitionedPrefix !== undefined;
  const prefix = `${logging.TargetPrefix ?? ''}${partitioned ? `${account}/${region}/${bucket}/` : ''}`;
  return { bucket: logging.TargetBucket, prefix, partitioned };
}

/**
 * Reads some of the log of one bucket between two times: of many files evenly spread ones, the newest among them. S3
 * delivers logs hours late and does not promise every line, so that what is not in it may have happened all the same.
 */
export async function readLog(
  client: AwsClient,
  region: string,
  place: LogPlace,
  of: { readonly bucket: string; readonly since: Date; readonly until: Date },
  signal: AbortSignal,
): Promise<LogSample> {
  const { keys, complete } = await filesIn(client, region, place, of, signal);
  const picked = spread(keys, MOST_FILES);
  const [since, until] = [of.since.toISOString(), of.until.toISOString()];
  const samples = await sideBySide(picked, WIDTH, async (key): Promise<LogSample> => {
    const text = await textOf(client, region, place.bucket, key, signal);
    const lines = text?.split('\n').filter((line) => line !== '') ?? [];
    const records = lines.flatMap((line) => accessRecord(line) ?? []);
    return {
      records: records.filter(({ bucket, at }) => bucket === of.bucket && at >= since && at <= until),
      complete: text !== undefined,
      unreadable: lines.length - records.length,
    };
  });
  return {
    records: samples.flatMap(({ records }) => records),
    complete: complete && picked.length === keys.length && samples.every((sample) => sample.complete),
    unreadable: samples.reduce((sum, { unreadable }) => sum + unreadable, 0),
  };
}

/** Names of the files from `since` on, in order of time. A file holds what happened before the time in its name. */
async function filesIn(
  client: AwsClient,
  region: string,
  place: LogPlace,
  { since, until }: { readonly since: Date; readonly until: Date },
  signal: AbortSignal,
): Promise<{ keys: string[]; complete: boolean }> {
  const keys: string[] = [];
  let small = true;
  let after: string | undefined = nameAt(place, since);
  // Delivered up to hours after what they tell.
  const last = nameAt(place, new Date(until.getTime() + LATE_MS));
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const input: Input<'s3.ListObjectsV2'> = { Bucket: place.bucket, Prefix: place.prefix, StartAfter: after };
    const { Contents = [], IsTruncated } = await client.ask(region, 's3.ListObjectsV2', input, signal);
    for (const { Key, Size = 0 } of Contents) {
      after = Key;
      if (Key === undefined || Key > last) continue;
      if (Size <= MOST_FILE_BYTES) keys.push(Key);
      else small = false;
    }
    if (IsTruncated !== true || after === undefined || after > last) return { keys, complete: small };
  }
  return { keys, complete: false };
}

/** What the name of a file of that second begins with: names sort by time. */
function nameAt({ prefix, partitioned }: LogPlace, time: Date): string {
  const text = time.toISOString();
  const folder = partitioned ? `${text.slice(0, 10).replaceAll('-', '/')}/` : '';
  return `${prefix}${folder}${text.slice(0, 19).replaceAll(/[T:]/g, '-')}`;
}

function spread(keys: readonly string[], most: number): string[] {
  if (keys.length <= most) return [...keys];
  const step = keys.length / most;
  return Array.from({ length: most }, (_, at) => keys[Math.min(keys.length, Math.round((at + 1) * step)) - 1] ?? '');
}

/** Undefined for a file that a lifecycle rule took away in between. */
async function textOf(
  client: AwsClient,
  region: string,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { Body } = await client.ask(region, 's3.GetObject', { Bucket: bucket, Key: key }, signal);
    return await Body?.transformToString();
  } catch (error) {
    if (error instanceof Failure && error.type === 'stop.not-found') return undefined;
    throw error;
  }
}
