import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
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
export function s3Anchor({ bucket, prefix, retainDays, mode, region, endpoint }: S3Place): Anchor {
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // What fails is tried again by whoever anchors, where it is seen.
    maxAttempts: 1,
  });
  const within = () => ({ abortSignal: AbortSignal.timeout(20_000) });
  const under = prefix === '' ? '' : `${prefix}/`;
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
      let newest: string | undefined;
      let token: string | undefined;
      do {
        const list = new ListObjectsV2Command({ Bucket: bucket, Prefix: under, ContinuationToken: token });
        const page = await client.send(list, within());
        for (const { Key: key } of page.Contents ?? [])
          if (key?.endsWith('.json') && key > (newest ?? '')) newest = key;
        token = page.NextContinuationToken;
      } while (token !== undefined);
      if (newest === undefined) return undefined;
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: newest }), within());
      return parseCheckpoint((await body?.transformToString()) ?? '', `s3://${bucket}/${newest}`);
    },
  };
}
