/** One request of a server access log. */
export interface AccessRecord {
  readonly at: string;
  readonly bucket: string;
  /** An ARN or a canonical user id; null for somebody who did not say who they are. */
  readonly requester: string | null;
  readonly address: string;
  /** For example `REST.GET.OBJECT`. */
  readonly operation: string;
  readonly status: number;
}

/** Bucket owner, bucket, time, address, requester, request id, operation, key, request line, status; then more. */
const LINE = /^\S+ (\S+) \[([^\]]+)\] (\S+) (\S+) \S+ (\S+) \S+ (?:"(?:[^"\\]|\\.)*"|-) (\d{3}) /;
const TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/;

/**
 * Reads a line as https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html says it is; undefined for one that
 * is not. Fields that AWS adds come at the end and are not looked at.
 */
export function accessRecord(line: string): AccessRecord | undefined {
  const [, bucket, time, address, requester, operation, status] = LINE.exec(line) ?? [];
  const at = isoOf(time ?? '');
  if (!bucket || !address || !requester || !operation || at === undefined) return undefined;
  return { at, bucket, requester: requester === '-' ? null : requester, address, operation, status: Number(status) };
}

/** `06/Feb/2019:00:00:38 +0000` as ISO 8601. */
function isoOf(time: string): string | undefined {
  const [, day, month, year, clock, zone] = TIME.exec(time) ?? [];
  const at = new Date(`${day} ${month} ${year} ${clock} ${zone}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** True for what reads a bucket's content or lists it. */
export const isRead = ({ operation }: AccessRecord): boolean =>
  /^(REST|WEBSITE|SOAP)\.(GET|HEAD)\.(OBJECT|BUCKET|BUCKETVERSIONS)$/.test(operation);
