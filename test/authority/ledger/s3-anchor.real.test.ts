import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { s3Anchor, type S3Place } from '../../../src/authority/ledger/anchors/s3-anchor.ts';
import { type Checkpoint, checkpointDigest } from '../../../src/domain/checkpoint.ts';
import { CHECKPOINT } from '../../support/no-ledger.ts';
import { describeReal } from '../../support/parts.ts';
import { MOTO_CREDENTIALS, type RunningMoto, startMoto } from '../../support/start-moto.ts';

const DAY = 86_400_000;
const REGION = 'eu-central-1';

// A lock that is over keeps nothing, so these are of now.
const now = Math.floor(Date.now() / 1000) * 1000;
const FIRST: Checkpoint = { ...CHECKPOINT, at: new Date(now).toISOString() };
const NEXT: Checkpoint = {
  ...FIRST,
  number: 2,
  at: new Date(now + 60_000).toISOString(),
  prev: checkpointDigest(FIRST),
};

describeReal('an S3 bucket with object lock', ['moto'], () => {
  let moto: RunningMoto;
  let somebody: S3Client;
  let buckets = 0;
  let place: S3Place;
  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = MOTO_CREDENTIALS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = MOTO_CREDENTIALS.secretAccessKey;
    moto = await startMoto();
    somebody = new S3Client({ endpoint: moto.url, forcePathStyle: true, region: REGION, maxAttempts: 1 });
  });
  afterAll(async () => {
    somebody?.destroy();
    await moto?.stop();
  });
  beforeEach(async () => {
    const bucket = `ledger-${(buckets += 1)}`;
    place = { bucket, prefix: 'belay/prod', retainDays: 30, mode: 'COMPLIANCE', region: REGION, endpoint: moto.url };
    await somebody.send(
      new CreateBucketCommand({
        Bucket: bucket,
        ObjectLockEnabledForBucket: true,
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    );
  });

  const versions = async () =>
    (await somebody.send(new ListObjectVersionsCommand({ Bucket: place.bucket }))).Versions ?? [];
  const locked = async (Key = '') => await somebody.send(new HeadObjectCommand({ Bucket: place.bucket, Key }));

  test('keeps one locked object per checkpoint, and the newest is the one that is read back', async () => {
    const anchor = s3Anchor(place);
    expect(anchor.name).toBe(`s3://${place.bucket}/belay/prod`);
    expect(await anchor.latest?.()).toBeUndefined();
    await anchor.write(NEXT);
    await anchor.write(FIRST);
    expect(await anchor.latest?.()).toEqual(NEXT);
    const keys = (await versions()).map(({ Key = '' }) => Key);
    expect(keys.toSorted((a, b) => a.localeCompare(b))).toEqual([
      `belay/prod/${FIRST.at}-1.json`,
      `belay/prod/${NEXT.at}-2.json`,
    ]);
    const { ObjectLockMode, ObjectLockRetainUntilDate } = await locked(`belay/prod/${FIRST.at}-1.json`);
    expect(ObjectLockMode).toBe('COMPLIANCE');
    expect(ObjectLockRetainUntilDate?.getTime()).toBe(now + 30 * DAY);
  });

  test('lets nobody remove one before its time; what is written over it or marked as deleted hides nothing', async () => {
    const anchor = s3Anchor(place);
    await anchor.write(FIRST);
    await anchor.write(NEXT);
    const newest = (await versions()).find(({ Key }) => Key?.endsWith('-2.json'));
    const object = { Bucket: place.bucket, Key: newest?.Key ?? '' };
    await expect(
      somebody.send(new DeleteObjectCommand({ ...object, VersionId: newest?.VersionId })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    await somebody.send(new PutObjectCommand({ ...object, Body: JSON.stringify(FIRST) }));
    expect(await anchor.latest?.()).toEqual(NEXT);
    await somebody.send(new DeleteObjectCommand(object));
    expect(await anchor.latest?.()).toEqual(NEXT);
  });

  test('without days to keep leaves the lock to the bucket', async () => {
    const rule = { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 7 } };
    const lock = { ObjectLockEnabled: 'Enabled' as const, Rule: rule };
    await somebody.send(new PutObjectLockConfigurationCommand({ Bucket: place.bucket, ObjectLockConfiguration: lock }));
    await s3Anchor({ ...place, retainDays: 0 }).write(FIRST);
    expect(await locked(`belay/prod/${FIRST.at}-1.json`)).toMatchObject({ ObjectLockMode: 'GOVERNANCE' });
  });

  test('is read to its end, beyond one page; what is no checkpoint is not taken for one', async () => {
    const anchor = s3Anchor({ ...place, prefix: '' }, { pageSize: 2 });
    const many = Array.from({ length: 7 }, (_, at) => `${new Date(now - at * 60_000).toISOString()}-0.json`);
    for (const Key of many) await somebody.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body: '{}' }));
    await expect(anchor.latest?.()).rejects.toThrow('is not a checkpoint');
    await anchor.write(NEXT);
    await somebody.send(new PutObjectCommand({ Bucket: place.bucket, Key: 'zzz-notes.txt', Body: 'not ours' }));
    expect(await anchor.latest?.()).toEqual(NEXT);
  });

  test('that is not there, or that nobody may write to, is told', async () => {
    await expect(s3Anchor({ ...place, bucket: 'nobody-has-it' }).write(FIRST)).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    const away = s3Anchor({ ...place, endpoint: 'http://127.0.0.1:1' });
    await expect(away.write(FIRST)).rejects.toThrow(/ECONNREFUSED/);
    await expect(away.latest?.()).rejects.toThrow(/ECONNREFUSED/);
  });
});
