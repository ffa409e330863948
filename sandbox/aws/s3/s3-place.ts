import { AwsError } from '../protocol/aws-error.ts';
import type { HttpRequest } from '../protocol/service.ts';

/** What a path-style request is about: `/<bucket>/<key>?<subresource>`. */
export interface S3Place {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** Such as `publicAccessBlock`. */
  readonly subresource: string | undefined;
}

/** Parameters that choose nothing. */
const PLAIN = new Set(
  (
    'x-id list-type prefix delimiter max-keys max-buckets bucket-region continuation-token start-after ' +
    'encoding-type fetch-owner versionId partNumber'
  ).split(' '),
);

const isPlain = (name: string): boolean => PLAIN.has(name) || name.startsWith('response-');

/** @throws AwsError InvalidURI */
export function placeOf({ path, query }: HttpRequest): S3Place {
  const [, bucket, rest] = /^\/([^/]*)(?:\/(.*))?$/s.exec(path) ?? [];
  const subresource = [...query.keys()].find((name) => !isPlain(name));
  try {
    return {
      bucket: bucket ? decodeURIComponent(bucket) : undefined,
      key: rest ? decodeURIComponent(rest) : undefined,
      subresource,
    };
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}
