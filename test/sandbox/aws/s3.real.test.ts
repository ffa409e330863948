import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { startSandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import type { SandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import { bucketNamed, EXPORTS, FEED, putBuckets } from '../../../sandbox/aws/worlds/buckets.ts';
import { openBuckets } from '../../../sandbox/aws/worlds/public-buckets.ts';
import { clientsOf, refusal } from './clients.ts';

let aws: SandboxAws;
let s3: S3Client;
let ahead = 0;
beforeAll(async () => {
  aws = await startSandboxAws({ pace: { accessLog: 60_000 }, now: () => Date.now() + ahead });
  ({ s3 } = await clientsOf(aws, 'prod'));
});
beforeEach(() => putBuckets(aws.world));
afterAll(() => aws?.stop());

const ALL_ON = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
const Bucket = EXPORTS;
const KEY = 'orders/2026-09.csv';

describe('a bucket', () => {
  test('is listed with its region, and tells its place, tags, log and ACL', async () => {
    const { Buckets: buckets = [] } = await s3.send(new ListBucketsCommand({}));
    expect(buckets.map(({ Name, BucketRegion }) => [Name, BucketRegion])).toContainEqual([FEED, 'us-east-1']);
    const { Buckets: page, ContinuationToken: token } = await s3.send(new ListBucketsCommand({ MaxBuckets: 2 }));
    const rest = await s3.send(new ListBucketsCommand({ ContinuationToken: token }));
    expect([...(page ?? []), ...(rest.Buckets ?? [])]).toEqual(buckets);
    expect(await s3.send(new GetBucketLocationCommand({ Bucket }))).toMatchObject({ LocationConstraint: 'eu-west-1' });
    // The first region of all has no name.
    expect((await s3.send(new GetBucketLocationCommand({ Bucket: FEED }))).LocationConstraint).toBeFalsy();
    const { TagSet: tags } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
    expect(tags).toContainEqual({ Key: 'dataClass', Value: 'confidential' });
    const { LoggingEnabled: logging } = await s3.send(new GetBucketLoggingCommand({ Bucket }));
    expect(logging).toMatchObject({ TargetBucket: 'shop-access-logs-eu', TargetPrefix: `${Bucket}/` });
    const off = await s3.send(new GetBucketLoggingCommand({ Bucket: 'shop-backups' }));
    expect(off.LoggingEnabled).toBeUndefined();
    const own = { Grantee: { Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' };
    expect((await s3.send(new GetBucketAclCommand({ Bucket }))).Grants).toMatchObject([own]);
    bucketNamed(aws.world, Bucket).aclPublicRead = true;
    const everybody = {
      Grantee: { Type: 'Group', URI: 'http://acs.amazonaws.com/groups/global/AllUsers' },
      Permission: 'READ',
    };
    expect((await s3.send(new GetBucketAclCommand({ Bucket }))).Grants).toMatchObject([own, everybody]);
    expect(await s3.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'eu-west-1' });
  });

  test('keeps the four switches as they were put; what is not named is off, and what was deleted was never set', async () => {
    const get = (): Promise<unknown> => s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    const never = { code: 'NoSuchPublicAccessBlockConfiguration', status: 404 };
    expect(await refusal(get())).toMatchObject(never);
    const PublicAccessBlockConfiguration = { BlockPublicPolicy: true, RestrictPublicBuckets: true };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    expect(await get()).toMatchObject({
      PublicAccessBlockConfiguration: { ...ALL_ON, BlockPublicAcls: false, IgnorePublicAcls: false },
    });
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect(await refusal(get())).toMatchObject(never);
  });

  test.each([
    ['another account', 'shop-dev-uploads', 'AccessDenied', 403],
    ['nobody', 'not-there-at-all', 'NoSuchBucket', 404],
  ])('of %s is not looked into', async (_whose, name, code, status) => {
    expect(await refusal(s3.send(new GetBucketPolicyCommand({ Bucket: name })))).toMatchObject({ code, status });
  });

  test('of another region says where it is', async () => {
    const error = await refusal(s3.send(new GetBucketTaggingCommand({ Bucket: FEED })));
    expect(error).toMatchObject({ code: 'PermanentRedirect', status: 301 });
  });

  test('has nothing else: what the sandbox lacks is NotImplemented', async () => {
    const asked = s3.send(new GetBucketVersioningCommand({ Bucket }));
    expect(await refusal(asked)).toMatchObject({ code: 'NotImplemented', status: 501 });
  });
});

describe('whether a policy is public', () => {
  const arn = `arn:aws:s3:::${Bucket}/*`;
  const statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: arn };
  const isPublic = async (change: object): Promise<boolean | undefined> => {
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, ...change }] });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    return (await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic;
  };

  test.each([
    ['lets everybody in', {}, true],
    ['lets everybody in, written otherwise', { Principal: { AWS: ['*'] }, Action: ['s3:*'] }, true],
    ['names an account', { Principal: { AWS: '222233334444' } }, false],
    ['denies everybody', { Effect: 'Deny' }, false],
    ['narrows everybody down by address', { Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }, false],
    ['narrows nobody down', { Condition: { StringLike: { 'aws:PrincipalArn': '*' } } }, true],
    ['asks only for TLS', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }, true],
  ])('one that %s', async (_what, change, expected) => {
    expect(await isPublic(change)).toBe(expected);
  });

  test('a public one cannot be put while that is blocked; what is no policy never', async () => {
    const put = (Policy: string): Promise<unknown> => s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect(await refusal(put('{"Statement":'))).toMatchObject({ code: 'MalformedPolicy', status: 400 });
    expect(await refusal(put('{"Statement":[{"Effect":"Allow"}]}'))).toMatchObject({ code: 'MalformedPolicy' });
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: ALL_ON }));
    const text = JSON.stringify({ Statement: [statement] });
    expect(await refusal(put(text))).toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(await refusal(s3.send(new GetBucketPolicyStatusCommand({ Bucket })))).toMatchObject({
      code: 'NoSuchBucketPolicy',
    });
  });
});

const anonymous = (bucket: string, path: string): Promise<number> =>
  fetch(`${aws.endpoint}/${bucket}/${path}`, { headers: { 'x-forwarded-for': '203.0.113.9' } }).then(
    ({ status }) => status,
  );

const block = (bucket: string): Promise<unknown> =>
  clientsOf(aws, 'prod', bucketNamed(aws.world, bucket).region).then((clients) =>
    clients.s3.send(new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: ALL_ON })),
  );

describe('who may read', () => {
  test('somebody without a name may where the policy is public, and no longer once that is blocked', async () => {
    expect(await anonymous(Bucket, KEY)).toBe(403);
    openBuckets(aws.world);
    expect(await anonymous(Bucket, KEY)).toBe(200);
    expect(await anonymous(Bucket, '?list-type=2')).toBe(200);
    expect(await anonymous(Bucket, 'no-such-object')).toBe(404);
    expect(await anonymous('shop-backups', 'db/2026-11-01.dump')).toBe(403);
    await block(Bucket);
    expect(await anonymous(Bucket, KEY)).toBe(403);
    expect(await anonymous(Bucket, '?list-type=2')).toBe(403);
    expect(await anonymous(Bucket, 'no-such-object')).toBe(403);
  });

  test('by an ACL only until ACLs are ignored; a public one cannot be put while that is blocked', async () => {
    const put = (Key: string): Promise<unknown> =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body: 'open', ACL: 'public-read' }));
    await put('open.txt');
    expect(await anonymous(Bucket, 'open.txt')).toBe(200);
    expect(await anonymous(Bucket, KEY)).toBe(403);
    await block(Bucket);
    expect(await anonymous(Bucket, 'open.txt')).toBe(403);
    expect(await refusal(put('again.txt'))).toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  test.each([
    ['prod', 'who is of its account, reads on'],
    ['dev', 'who is of another account, is shut out'],
  ] as const)('when a public bucket is blocked, a role of %s, %s', async (name, _what) => {
    openBuckets(aws.world);
    const { s3: reader } = await clientsOf(aws, name, 'us-east-1');
    const read = (): Promise<string> =>
      reader
        .send(new GetObjectCommand({ Bucket: FEED, Key: 'feed/prices.json' }))
        .then(({ Body }) => Body?.transformToString() ?? '');
    expect(await read()).toContain('feed/prices.json');
    await block(FEED);
    if (name === 'prod') expect(await read()).toContain('feed/prices.json');
    else expect(await refusal(read())).toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  test('a deny holds for the own account too, and an account that is named may while the policy is not public', async () => {
    const allow = {
      Effect: 'Allow',
      Principal: { AWS: aws.accounts.dev.role },
      Action: 's3:Get*',
      Resource: `arn:aws:s3:::${Bucket}/orders/*`,
    };
    const deny = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: `arn:aws:s3:::${Bucket}/orders/2026-10.csv`,
    };
    const Policy = JSON.stringify({ Statement: [allow, deny] });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await block(Bucket);
    const { s3: dev } = await clientsOf(aws, 'dev');
    const get = (client: S3Client, Key: string): Promise<unknown> => client.send(new GetObjectCommand({ Bucket, Key }));
    await get(dev, KEY);
    await get(s3, KEY);
    for (const client of [dev, s3])
      expect(await refusal(get(client, 'orders/2026-10.csv'))).toMatchObject({ code: 'AccessDenied' });
    expect(await refusal(dev.send(new ListObjectsV2Command({ Bucket })))).toMatchObject({ code: 'AccessDenied' });
  });
});

describe('objects', () => {
  test('are listed in the order of their bytes, by prefix and delimiter, in pages', async () => {
    for (const Key of ['b/1', 'b/2', 'a & b', 'Z', 'ä', 'c/x/y'])
      await s3.send(new PutObjectCommand({ Bucket: 'shop-backups', Key, Body: Key }));
    const keys: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket: 'shop-backups' }))
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
    expect(keys).toEqual(['Z', 'a & b', 'b/1', 'b/2', 'c/x/y', 'db/2026-11-01.dump', 'ä']);
    const folders = await s3.send(new ListObjectsV2Command({ Bucket: 'shop-backups', Delimiter: '/' }));
    expect(folders.CommonPrefixes).toEqual([{ Prefix: 'b/' }, { Prefix: 'c/' }, { Prefix: 'db/' }]);
    expect(folders.KeyCount).toBe(6);
    const after = await s3.send(new ListObjectsV2Command({ Bucket: 'shop-backups', Prefix: 'b/', StartAfter: 'b/1' }));
    expect(after.Contents).toMatchObject([{ Key: 'b/2', Size: 3, StorageClass: 'STANDARD' }]);
  });

  test('come back as they were put; one that is not there is NoSuchKey', async () => {
    const Body = Buffer.from([0, 255, 10, 13, 128]);
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'bytes', Body, ContentType: 'x/y' }));
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'bytes' }));
    expect([...((await got.Body?.transformToByteArray()) ?? [])]).toEqual([...Body]);
    expect(got).toMatchObject({ ContentType: 'x/y', ETag: put.ETag, ContentLength: 5 });
    expect(await refusal(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))).toMatchObject({
      code: 'NoSuchKey',
      status: 404,
    });
  });
});

describe('the access log', () => {
  const linesOf = async (prefix: string): Promise<string[]> => {
    const { Contents: objects = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: 'shop-access-logs-eu', Prefix: prefix }),
    );
    const texts = objects.map(async ({ Key }) => {
      const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: 'shop-access-logs-eu', Key }));
      return (await body?.transformToString()) ?? '';
    });
    return (await Promise.all(texts)).flatMap((text) => text.trim().split('\n'));
  };

  test('shows after a while who read what, and who was refused; a bucket that does not log shows nothing', async () => {
    openBuckets(aws.world);
    const before = (await linesOf(`${Bucket}/`)).length;
    await anonymous(Bucket, KEY);
    await s3.send(new GetObjectCommand({ Bucket, Key: KEY }));
    await block(Bucket);
    await anonymous(Bucket, KEY);
    await anonymous('shop-backups', 'db/2026-11-01.dump');
    expect(await linesOf(`${Bucket}/`)).toHaveLength(before);
    ahead += 61_000;
    const lines = (await linesOf(`${Bucket}/`)).slice(before);
    const fields = lines.map((line) => line.match(/"[^"]*"|\[[^\]]*\]|\S+/g) ?? []);
    expect(fields.every((each) => each.length === 26)).toBe(true);
    const asked = fields.map(([, bucket, , from, who, , operation, key, , status, error]) => [
      bucket,
      from,
      who,
      operation,
      key,
      status,
      error,
    ]);
    const role = 'arn:aws:sts::111122223333:assumed-role/belay/test';
    expect(asked).toEqual([
      [Bucket, '203.0.113.9', '-', 'REST.GET.OBJECT', KEY, '200', '-'],
      [Bucket, expect.stringContaining('127.0.0.1'), role, 'REST.GET.OBJECT', KEY, '200', '-'],
      [Bucket, expect.stringContaining('127.0.0.1'), role, 'REST.PUT.PUBLIC_ACCESS_BLOCK', '-', '200', '-'],
      [Bucket, '203.0.113.9', '-', 'REST.GET.OBJECT', KEY, '403', 'AccessDenied'],
    ]);
    expect(lines.some((line) => line.includes('shop-backups'))).toBe(false);
  });
});
