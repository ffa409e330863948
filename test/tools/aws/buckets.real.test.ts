import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  CreateBucketCommand,
  GetPublicAccessBlockCommand,
  PutBucketAclCommand,
  PutBucketLoggingCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ListItem } from '../../../src/domain/list-item.ts';
import { bucketExposure } from '../../../src/tools/aws/bucket-exposure.ts';
import { bucketReaders } from '../../../src/tools/aws/bucket-readers.ts';
import { buckets } from '../../../src/tools/aws/buckets.ts';
import { deniedReaders } from '../../../src/tools/aws/denied-readers.ts';
import { publicBuckets } from '../../../src/tools/aws/public-buckets.ts';
import { s3BlockPublicAccess } from '../../../src/tools/aws/s3-block-public-access.ts';
import { describeReal } from '../../support/parts.ts';
import { MOTO_CREDENTIALS, type RunningMoto, startMoto } from '../../support/start-moto.ts';
import { approved, contextFor, PROD, somebody, STAGING } from './aws-world.ts';

const REGION = 'eu-west-1';
const ALL = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

describeReal('buckets of a real API', ['moto'], () => {
  let moto: RunningMoto;
  let context: ReturnType<typeof contextFor>;
  let s3: S3Client;
  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = MOTO_CREDENTIALS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = MOTO_CREDENTIALS.secretAccessKey;
    moto = await startMoto();
  });
  beforeEach(async () => {
    await moto.reset();
    context = contextFor(moto.url, PROD);
    s3 = await clientOf(PROD, REGION);
  });
  afterAll(async () => {
    await moto?.stop();
  });
  const clientOf = async (account: string, region: string) =>
    new S3Client({
      region,
      endpoint: moto.url,
      forcePathStyle: true,
      credentials: await somebody(moto.url, account, region).ec2.config.credentials(),
    });
  const bucket = async (Bucket: string, client = s3, where: 'eu-west-1' | 'us-east-1' | 'ap-south-1' = REGION) =>
    await client.send(
      new CreateBucketCommand({
        Bucket,
        ...(where === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: where } }),
      }),
    );
  const letAnybodyIn = async (Bucket: string) =>
    await s3.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
          ],
        }),
      }),
    );
  const blockOf = async (Bucket: string) =>
    await s3.send(new GetPublicAccessBlockCommand({ Bucket })).then(
      ({ PublicAccessBlockConfiguration }) => PublicAccessBlockConfiguration,
      () => null,
    );
  const itemOf = (name: string): ListItem => ({
    key: `aws:${PROD}/${REGION}/bucket/${name}`,
    title: name,
    connection: 'prod',
    owner: null,
    money: null,
    facts: { finding: { check: 's3_bucket_public_access' } },
    action: null,
  });

  test('each account shows its own buckets, in the regions of its connection', async () => {
    await bucket('shop-assets');
    await bucket('shop-logs', await clientOf(PROD, 'us-east-1'), 'us-east-1');
    await bucket('shop-far', await clientOf(PROD, 'ap-south-1'), 'ap-south-1');
    await bucket('staging-assets', await clientOf(STAGING, REGION));
    const { facts } = await buckets.read({}, context);
    expect(buckets.facts.parse(facts)).toEqual(facts);
    expect(new Map(facts.buckets.map((row) => [row.bucket, row.region]))).toEqual(
      new Map([
        ['shop-assets', REGION],
        ['shop-logs', 'us-east-1'],
      ]),
    );
    expect(facts).toMatchObject({ count: 2, elsewhere: 1 });
  });

  test('a new bucket is not public; by policy or by ACL it is, and a block that counts makes it private again', async () => {
    await bucket('shop-assets');
    const exposure = async () => (await bucketExposure.read({ region: REGION, bucket: 'shop-assets' }, context)).facts;
    expect(await exposure()).toMatchObject({ public: [], policyHash: null, grants: [] });
    await letAnybodyIn('shop-assets');
    await s3.send(new PutBucketAclCommand({ Bucket: 'shop-assets', ACL: 'public-read' }));
    expect(await exposure()).toMatchObject({
      public: ['its policy is public', 'its ACL grants READ to everybody'],
      policyPublic: true,
      policyHash: expect.stringMatching(/^sha256:/),
    });
    await s3.send(new PutPublicAccessBlockCommand({ Bucket: 'shop-assets', PublicAccessBlockConfiguration: ALL }));
    expect(await exposure()).toMatchObject({ public: [], policyPublic: true, block: ALL });
  });

  test('from a finding to private, and back: who reads it, what is changed, who is refused, what is undone', async () => {
    await bucket('shop-logs');
    const delivery = 'uri=http://acs.amazonaws.com/groups/s3/LogDelivery';
    await s3.send(new PutBucketAclCommand({ Bucket: 'shop-logs', GrantWrite: delivery, GrantReadACP: delivery }));
    for (const name of ['shop-assets', 'shop-private', 'shop-quiet']) await bucket(name);
    for (const name of ['shop-assets', 'shop-quiet']) await letAnybodyIn(name);
    await s3.send(
      new PutBucketTaggingCommand({ Bucket: 'shop-assets', Tagging: { TagSet: [{ Key: 'Owner', Value: 'ada' }] } }),
    );
    const since = new Date();
    const log = async (at: Date, status: number) => {
      const [, weekday, day, month, year, time] =
        /^(\w{3}), (\d{2}) (\w{3}) (\d{4}) ([\d:]+)/.exec(at.toUTCString()) ?? [];
      expect(weekday).toBeDefined();
      const line = `o shop-assets [${day}/${month}/${year}:${time} +0000] 203.0.113.7 - R REST.GET.OBJECT k "GET /k HTTP/1.1" ${status} - 1 - 1 - "-" "ua" -`;
      const name = `assets/${at.toISOString().slice(0, 19).replaceAll(/[T:]/g, '-')}-A`;
      await s3.send(new PutObjectCommand({ Bucket: 'shop-logs', Key: name, Body: `${line}\n` }));
    };
    await log(new Date(since.getTime() - 3_600_000), 200);
    await s3.send(
      new PutBucketLoggingCommand({
        Bucket: 'shop-assets',
        BucketLoggingStatus: { LoggingEnabled: { TargetBucket: 'shop-logs', TargetPrefix: 'assets/' } },
      }),
    );

    const list = async () => ['shop-assets', 'shop-private', 'shop-quiet', 'shop-gone'].map(itemOf);
    const confirmed = await publicBuckets.read({ list: 'findings', days: 7 }, { ...context, list });
    expect(confirmed.facts).toMatchObject({
      looked: 4,
      count: 2,
      withoutLog: 1,
      readAnonymously: 1,
      notPublic: [`bucket shop-private in ${REGION}`],
      gone: [`bucket shop-gone in ${REGION}`],
    });
    expect(confirmed.items?.[0]).toMatchObject({
      owner: 'ada',
      facts: { logging: true, anonymousReaders: 1, finding: { check: 's3_bucket_public_access' } },
    });
    const read = await bucketReaders.read(
      { region: REGION, bucket: 'shop-assets', since: new Date(since.getTime() - 86_400_000).toISOString() },
      context,
    );
    expect(read.facts.readers).toEqual([expect.objectContaining({ who: 'anonymous from 203.0.113.7', served: 1 })]);

    const args = { region: REGION, bucket: 'shop-assets' };
    const preview = await s3BlockPublicAccess.preview(args, context);
    const execution = approved(s3BlockPublicAccess, args, preview);
    const outcome = await s3BlockPublicAccess.execute(args, execution, context);
    expect(outcome.status).toBe('done');
    expect(await blockOf('shop-assets')).toEqual(ALL);
    expect(await s3BlockPublicAccess.reconcile(args, execution, context)).toEqual({ status: 'done', outcome });
    await expect(s3BlockPublicAccess.preview(args, context)).rejects.toMatchObject({ type: 'stop.invalid-input' });

    await log(new Date(since.getTime() + 60_000), 403);
    const doneItems = (confirmed.items ?? []).map((item): ListItem => ({ ...item, connection: 'prod' }));
    const denied = await deniedReaders.read(
      { list: 'done', since: since.toISOString() },
      { ...context, list: async () => doneItems, now: () => new Date(since.getTime() + 3_600_000) },
    );
    expect(denied.facts).toMatchObject({
      buckets: 2,
      withRecords: 1,
      withoutLog: 1,
      deniedAnonymous: 1,
      deniedIdentified: 0,
    });

    const after = { ...execution, postState: outcome.postState };
    expect(await s3BlockPublicAccess.undo?.stillOurs(args, after, context)).toBe(true);
    expect(await s3BlockPublicAccess.undo?.execute(args, after, context)).toMatchObject({ status: 'done' });
    expect(await blockOf('shop-assets')).toBeNull();
    expect(await s3BlockPublicAccess.observe(args, execution, context)).toEqual(preview.precondition);
  }, 30_000);
});
