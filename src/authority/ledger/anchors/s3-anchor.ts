import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { canonicalJson } from '../../../domain/digest.ts';
import type { Anchor } from './anchor.ts';
import { parseCheckpoint } from './parse-checkpoint.ts';

const DAY = 86_400_000;

/** Where and how: `s3://bucket/prefix?retain=365&mode=COMPLIANCE&region=eu-central-1&endpoint=https://minio:9000`. */
export interface S3Place {
  readonly bucket: string;
  readonly prefix: string;
  /** Days that object lock keeps each checkpoint; 0: the bucket's own default, or none. */
  readonly retainDays: number;
  readonly mode: 'COMPLIANCE' | 'GOVERNANCE';
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
}

/** One object per checkpoint, named so that the newest has the last name. Credentials are AWS's own variables or role. */
export function s3Anchor(
  { bucket, prefix, retainDays, mode, region, endpoint }: S3Place,
  { pageSize = 1000 }: { pageSize?: number } = {},
): Anchor {
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // What fails is tried again by whoever anchors, where it is seen.
    maxAttempts: 1,
  });
  const within = () => ({ abortSignal: AbortSignal.timeout(20_000) });
  const under = prefix === '' ? '' : `${prefix}/`;
  /**
   * The newest checkpoint as it was first written. A lock keeps versions; it keeps nobody from writing another over one or
   * from putting a delete marker on top, and behind neither of them may the end of the ledger be hidden.
   */
  const firstOfNewest = async (): Promise<{ Key: string; VersionId?: string } | undefined> => {
    let newest: { Key: string; VersionId?: string } | undefined;
    let at: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (at !== undefined) {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: under, MaxKeys: pageSize, ...at }),
        within(),
      );
      // The versions of one key come newest first.
      for (const { Key, VersionId } of page.Versions ?? [])
        if (Key?.endsWith('.json') && Key >= (newest?.Key ?? ''))
          newest = { Key, ...(VersionId === undefined || VersionId === 'null' ? {} : { VersionId }) };
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
      at =
        page.IsTruncated && KeyMarker !== undefined
          ? { KeyMarker, ...(VersionIdMarker === undefined ? {} : { VersionIdMarker }) }
          : undefined;
    }
    return newest;
  };
  return {
    name: `s3://${[bucket, prefix].filter(Boolean).join('/')}`,
    write: async (checkpoint) => {
      const lock = {
        ObjectLockMode: mode,
        ObjectLockRetainUntilDate: new Date(Date.parse(checkpoint.at) + retainDays * DAY),
      };
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: `${under}${checkpoint.at}-${checkpoint.number}.json`,
        Body: canonicalJson(checkpoint),
        ContentType: 'application/json',
        // Object lock wants a checksum of the body.
        ChecksumAlgorithm: 'SHA256',
        ...(retainDays > 0 ? lock : {}),
      });
      await client.send(put, within());
    },
    latest: async () => {
      const first = await firstOfNewest();
      if (first === undefined) return undefined;
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, ...first }), within());
      return parseCheckpoint((await body?.transformToString()) ?? '', `s3://${bucket}/${first.Key}`);
    },
  };
}
