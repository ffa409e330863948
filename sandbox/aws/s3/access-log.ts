import { randomBytes } from 'node:crypto';
import type { Call } from '../protocol/service.ts';
import type { World } from '../world.ts';
import { canonicalId } from './bucket-of.ts';
import type { Bucket, LogRecord } from './objects.ts';
import type { S3Place } from './s3-place.ts';

/** What an access log says of one request. */
export interface LoggedRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: string;
  /** An ARN; `undefined`: nobody who has said who they are. */
  readonly requester: string | undefined;
  readonly id: string;
  /** `REST.GET.OBJECT` */
  readonly operation: string;
  readonly key: string | undefined;
  /** `GET /bucket/key HTTP/1.1` */
  readonly uri: string;
  readonly status: number;
  readonly error: string | undefined;
  readonly bytes: number;
  readonly agent: string;
}

/** What a log bucket keeps. */
const MOST_LOG_OBJECTS = 2000;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const two = (value: number): string => String(value).padStart(2, '0');

/** `[06/Feb/2027:00:00:38 +0000]` */
function logTime(at: number): string {
  const date = new Date(at);
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `[${day}:${date.toISOString().slice(11, 19)} +0000]`;
}

const quoted = (text: string): string => `"${text.replaceAll('"', '%22')}"`;

/** One line of a server access log, in the format of 2026: 26 fields. */
export function logLine(bucket: Pick<Bucket, 'name' | 'account' | 'region'>, request: LoggedRequest): string {
  const { requester, key, error, bytes } = request;
  const signature = requester === undefined ? ['-', '-'] : ['SigV4', 'AuthHeader'];
  return [
    canonicalId(bucket.account),
    bucket.name,
    logTime(request.at),
    request.from,
    requester ?? '-',
    request.id.replaceAll('-', '').slice(0, 16).toUpperCase(),
    request.operation,
    key === undefined ? '-' : encodeURI(key),
    quoted(request.uri),
    request.status,
    error ?? '-',
    bytes === 0 ? '-' : bytes,
    bytes === 0 ? '-' : bytes,
    12,
    11,
    '"-"',
    quoted(request.agent),
    '-',
    Buffer.from(request.id).toString('base64'),
    signature[0],
    'TLS_AES_128_GCM_SHA256',
    signature[1],
    `${bucket.name}.s3.${bucket.region}.amazonaws.com`,
    'TLSv1.3',
    '-',
    '-',
  ].join(' ');
}

/** Remembers a request on a bucket that logs; the log shows it after a while. */
export function noteRequest(
  call: Call,
  place: S3Place,
  operation: string,
  { status, bytes, code }: { status: number; bytes: number; code?: string | undefined },
): void {
  const bucket = call.world.buckets.get(place.bucket ?? '');
  if (!bucket?.logging) return;
  const at = call.world.now();
  const query = call.query.size > 0 ? `?${call.query.toString()}` : '';
  const line = logLine(bucket, {
    at,
    from: call.from,
    requester: call.caller?.arn,
    id: call.id,
    operation,
    key: place.key,
    uri: `${call.method} ${call.path}${query} HTTP/1.1`,
    status,
    error: code,
    bytes,
    agent: call.headers['user-agent'] ?? '-',
  });
  bucket.pendingLog.push({ at, line });
}

/** Writes records as one object of the log bucket, named as S3 names them. */
export function writeLog(world: World, bucket: Bucket, records: readonly LogRecord[], at: number): void {
  const target = world.buckets.get(bucket.logging?.bucket ?? '');
  if (!target || records.length === 0) return;
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  const key = `${bucket.logging?.prefix ?? ''}${stamp}-${randomBytes(8).toString('hex').toUpperCase()}`;
  const body = Buffer.from(`${records.map(({ line }) => line).join('\n')}\n`);
  target.objects.set(key, { body, type: 'text/plain', modified: at, publicRead: false });
  // As a lifecycle rule would, so that a sandbox that runs for days does not grow.
  const [oldest] = target.objects.size > MOST_LOG_OBJECTS ? target.objects.keys() : [];
  if (oldest !== undefined) target.objects.delete(oldest);
}

/** Brings to the log buckets what has waited long enough. */
export function deliverLogs(world: World): void {
  const until = world.now() - world.pace.accessLog;
  for (const bucket of world.buckets.values()) {
    const due = bucket.pendingLog.filter(({ at }) => at <= until);
    if (due.length === 0) continue;
    bucket.pendingLog = bucket.pendingLog.filter(({ at }) => at > until);
    writeLog(world, bucket, due, world.now());
  }
}
