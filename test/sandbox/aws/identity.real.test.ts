import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CreateTagsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import { ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { startSandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import type { SandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import { clientsOf, clientsWith, refusal } from './clients.ts';

let aws: SandboxAws;
let ahead = 0;
beforeAll(async () => {
  aws = await startSandboxAws({ now: () => Date.now() + ahead });
});
afterAll(() => aws?.stop());

describe('roles', () => {
  test.each(['prod', 'dev'] as const)(
    'the role of %s gives credentials of that account, and only its things are seen',
    async (name) => {
      const { sts, ec2, s3 } = await clientsOf(aws, name);
      const { account } = aws.accounts[name];
      expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
        Account: account,
        Arn: `arn:aws:sts::${account}:assumed-role/belay/test`,
      });
      const { Volumes: volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
      const { Volumes: others = [] } = await (
        await clientsOf(aws, name === 'prod' ? 'dev' : 'prod')
      ).ec2.send(new DescribeVolumesCommand({}));
      const ids = volumes.map(({ VolumeId: id }) => id);
      expect(ids.length).toBeGreaterThan(0);
      expect(others.some(({ VolumeId: id }) => ids.includes(id))).toBe(false);
      const foreign = new CreateTagsCommand({
        Resources: [others[0]?.VolumeId ?? ''],
        Tags: [{ Key: 'a', Value: 'b' }],
      });
      expect(await refusal(ec2.send(foreign))).toMatchObject({ code: 'InvalidVolume.NotFound' });
      const { Buckets: buckets = [] } = await s3.send(new ListBucketsCommand({}));
      expect(buckets.every(({ Name: bucket }) => bucket?.startsWith('shop-dev-') === (name === 'dev'))).toBe(true);
    },
  );

  const asUser = (): ReturnType<typeof clientsWith> => clientsWith(aws.endpoint, aws.credentials);

  test('the user itself is of the first account', async () => {
    expect(await asUser().sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:iam::111122223333:user/belay',
    });
  });

  test.each([
    ['without its external id', { ExternalId: undefined }, 'AccessDenied', 403],
    ['with another external id', { ExternalId: 'guessed' }, 'AccessDenied', 403],
    ['that is not there', { RoleArn: 'arn:aws:iam::222233334444:role/admin' }, 'AccessDenied', 403],
    [
      'that does not trust the account',
      { RoleArn: 'arn:aws:iam::222233334444:role/report-builder' },
      'AccessDenied',
      403,
    ],
    ['for less than 15 minutes', { DurationSeconds: 60 }, 'ValidationError', 400],
    ['under a name that is none', { RoleSessionName: 'a b' }, 'ValidationError', 400],
  ])('a role %s is not given', async (_what, change, code, status) => {
    const { role: RoleArn, externalId: ExternalId } = aws.accounts.dev;
    const input = { RoleArn, RoleSessionName: 'test', ExternalId, ...change };
    expect(await refusal(asUser().sts.send(new AssumeRoleCommand(input)))).toMatchObject({ code, status });
  });

  test('a session ends when it says it does', async () => {
    const { ec2, sts } = await clientsOf(aws, 'prod');
    await ec2.send(new DescribeVolumesCommand({}));
    ahead += 3_601_000;
    expect(await refusal(ec2.send(new DescribeVolumesCommand({})))).toMatchObject({ code: 'RequestExpired' });
    expect(await refusal(sts.send(new GetCallerIdentityCommand({})))).toMatchObject({
      code: 'ExpiredTokenException',
      status: 403,
    });
    ahead = 0;
  });
});

describe('signatures', () => {
  const period = {
    TimePeriod: { Start: '2026-01-01', End: '2026-02-01' },
    Granularity: 'MONTHLY' as const,
    Metrics: ['UnblendedCost'],
  };
  const asked = (keys: {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
  }): Promise<{ code: string }>[] => {
    const { ec2, sts, s3, costs } = clientsWith(aws.endpoint, keys);
    return [
      refusal(ec2.send(new DescribeVolumesCommand({}))),
      refusal(sts.send(new GetCallerIdentityCommand({}))),
      refusal(s3.send(new ListBucketsCommand({}))),
      refusal(costs.send(new GetCostAndUsageCommand(period))),
    ];
  };
  const codes = async (keys: Parameters<typeof asked>[0]): Promise<string[]> =>
    (await Promise.all(asked(keys))).map(({ code }) => code);

  test('with another secret are refused by every service', async () => {
    expect(await codes({ ...aws.credentials, secretAccessKey: 'another' })).toEqual(
      Array(4).fill('SignatureDoesNotMatch'),
    );
  });

  test('of a key that is not there, or without the token of its session, are refused in the words of each service', async () => {
    const unknown = ['AuthFailure', 'InvalidClientTokenId', 'InvalidAccessKeyId', 'UnrecognizedClientException'];
    expect(await codes({ accessKeyId: 'AKIANOTTHERE', secretAccessKey: 'x' })).toEqual(unknown);
    expect(await codes({ ...aws.credentials, sessionToken: 'made up' })).toEqual(unknown);
  });

  test('hold for keys with any characters, and for bodies', async () => {
    const { s3 } = await clientsOf(aws, 'prod');
    for (const Key of ['plain', 'a b/ü+1 & (2)?#.txt', "it's/*~!/100%"])
      await s3.send(new PutObjectCommand({ Bucket: 'shop-backups', Key, Body: 'ö' }));
    expect([...(aws.world.buckets.get('shop-backups')?.objects.keys() ?? [])]).toContain("it's/*~!/100%");
  });

  test('a body that is not the one that was signed is refused', async () => {
    const { s3 } = await clientsOf(aws, 'prod');
    s3.middlewareStack.add(
      (next) => (args) => {
        return next({ ...args, request: Object.assign(args.request ?? {}, { body: 'other' }) });
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const put = s3.send(new PutObjectCommand({ Bucket: 'shop-backups', Key: 'changed', Body: 'mine!' }));
    expect(await refusal(put)).toMatchObject({ code: 'XAmzContentSHA256Mismatch' });
  });
});

describe('what the sandbox does not have is an error of its protocol, never a page', () => {
  test.each([
    [
      'form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Action=ListUsers&Version=2010-05-08',
      /<Code>MissingAuthenticationToken<\/Code>/,
    ],
    ['JSON', { 'x-amz-target': 'AmazonSSM.GetParameter' }, '{}', /"__type":"MissingAuthenticationToken"/],
    ['a signature of another kind', { authorization: 'Bearer x' }, '', /<Code>IncompleteSignature<\/Code>/],
  ])('%s', async (_what, headers, body, expected) => {
    const answer = await fetch(aws.endpoint, { method: 'POST', headers, body });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers.get('content-type')).not.toMatch(/html/);
    expect(await answer.text()).toMatch(expected);
  });

  test('operations', async () => {
    const { sts } = await clientsOf(aws, 'prod');
    expect(await refusal(sts.send(new GetSessionTokenCommand({})))).toMatchObject({
      code: 'InvalidAction',
      status: 400,
    });
  });
});
