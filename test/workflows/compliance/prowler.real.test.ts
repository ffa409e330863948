import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  CreateBucketCommand,
  GetPublicAccessBlockCommand,
  PutBucketAclCommand,
  PutBucketLoggingCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { aws } from '../../../src/tools/aws/index.ts';
import { scanner } from '../../../src/tools/scanner/index.ts';
import { verifyProof } from '../../../src/authority/proof/verify-proof.ts';
import { bundleWorkflows } from '../../../src/workers/bundle-workflows.ts';
import { publicStorage } from '../../../src/workflows/compliance/public-storage.ts';
import { describeReal, requirePart } from '../../support/parts.ts';
import { quietTemporal } from '../../support/quiet-temporal.ts';
import { MOTO_CREDENTIALS, type RunningMoto, startMoto } from '../../support/start-moto.ts';
import { type RunningTemporal, startTemporal } from '../../support/start-temporal.ts';
import { startToyBelay, type ToyBelay } from '../../support/toy/start-toy-belay.ts';
import { until } from '../../support/until.ts';
import { PROD, somebody } from '../../tools/aws/aws-world.ts';

const REGION = 'eu-west-1';
const ROLE = `arn:aws:iam::${PROD}:role/belay`;
const ALL = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
const READER = `arn:aws:sts::${PROD}:assumed-role/report-builder/nightly`;

describeReal('public storage, by Prowler on moto', ['temporal', 'postgres', 'moto', 'prowler'], () => {
  let moto: RunningMoto;
  let temporal: RunningTemporal;
  let belay: ToyBelay;
  let s3: S3Client;

  beforeAll(async () => {
    quietTemporal();
    [moto, temporal] = await Promise.all([startMoto(), startTemporal()]);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: moto.url,
      AWS_ACCESS_KEY_ID: MOTO_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: MOTO_CREDENTIALS.secretAccessKey,
    });
    const credentials = await somebody(moto.url, PROD, REGION).ec2.config.credentials();
    s3 = new S3Client({ region: REGION, endpoint: moto.url, forcePathStyle: true, credentials });
    belay = await startToyBelay({
      temporal: temporal.address,
      bundle: await bundleWorkflows(),
      world: {
        systems: [aws, scanner],
        runbooks: [publicStorage],
        settings: {
          aws: { prod: { name: 'prod', account: PROD, role: ROLE, regions: [REGION] } },
          scanner: {
            prowler: {
              kind: 'run',
              argv: [
                requirePart('prowler'),
                ...`aws --checks s3_bucket_public_access --region ${REGION} --role ${ROLE}`.split(' '),
                // Account-wide settings have a host of their own, which moto does not: it is not asked twice.
                ...'--aws-retries-max-attempts 0 --no-banner --no-color --output-formats json-ocsf'.split(' '),
                ...'--output-directory {output} --output-filename scan'.split(' '),
              ],
              output: 'scan.ocsf.json',
              success: [0, 3],
              env: ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
            },
          },
        },
      },
    });
  }, 120_000);
  afterAll(async () => {
    await belay?.stop();
    await temporal?.stop();
    await moto?.stop();
  }, 60_000);

  const bucket = (Bucket: string) =>
    s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  const blockOf = async (Bucket: string) =>
    await s3.send(new GetPublicAccessBlockCommand({ Bucket })).then(
      ({ PublicAccessBlockConfiguration }) => PublicAccessBlockConfiguration,
      () => null,
    );
  /** What S3 would write when somebody who says who they are comes and is served. */
  async function served(at: Date): Promise<void> {
    const [, day, month, year, time] = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) ([\d:]+)/.exec(at.toUTCString()) ?? [];
    const line = `o shop-feed [${day}/${month}/${year}:${time} +0000] 203.0.113.7 ${READER} R REST.GET.OBJECT k "GET /k HTTP/1.1" 200 - 1 - 1 - "-" "ua" -`;
    const Key = `feed/${at.toISOString().slice(0, 19).replaceAll(/[T:]/g, '-')}-A`;
    await s3.send(new PutObjectCommand({ Bucket: 'shop-logs', Key, Body: `${line}\n` }));
  }

  test('what Prowler finds is blocked, Prowler finds it no more, and the pack says both by the frameworks’ requirements', async () => {
    for (const name of ['shop-logs', 'shop-feed', 'shop-private']) await bucket(name);
    const delivery = 'uri=http://acs.amazonaws.com/groups/s3/LogDelivery';
    await s3.send(new PutBucketAclCommand({ Bucket: 'shop-logs', GrantWrite: delivery, GrantReadACP: delivery }));
    const logging = { LoggingEnabled: { TargetBucket: 'shop-logs', TargetPrefix: 'feed/' } };
    await s3.send(new PutBucketLoggingCommand({ Bucket: 'shop-feed', BucketLoggingStatus: logging }));
    for (const Bucket of ['shop-logs', 'shop-private'])
      await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: ALL }));
    const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::shop-feed/*' };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
    await s3.send(new PutBucketPolicyCommand({ Bucket: 'shop-feed', Policy }));
    await served(new Date(Date.now() - 3_600_000));

    const run = await belay.start({ stabilise: '2s' });
    const gate = await until('Prowler has looked', async () => (await belay.doors.gates({ run, state: 'open' }))[0], {
      within: 120_000,
      every: 200,
    });
    expect(gate.options[0]?.batch?.count).toBe(1);
    expect(gate.plan.diagnosis).toMatch(/^1 bucket fails by prowler 5\.46\.0\. 1 of 1 bucket is public now\./);
    await belay.approve(run);
    await until('it is blocked', async () => (await blockOf('shop-feed'))?.RestrictPublicBuckets === true, {
      within: 30_000,
      every: 100,
    });
    await served(new Date());
    const ended = await until(
      'the run has ended',
      async () => {
        const view = await belay.doors.run(run);
        return view?.state === 'finished' ? view : undefined;
      },
      { within: 120_000, every: 200 },
    );
    expect(ended).toMatchObject({ outcome: 'fixed', verdict: 'healthy' });
    expect(await blockOf('shop-feed')).toEqual(ALL);

    const scans = (await belay.doors.ledger(run)).filter(({ kind }) => kind === 'scan.recorded');
    expect(scans.map(({ body }) => [body['scanner'], body['version'], body['counts'], body['changes']])).toEqual([
      ['prowler', '5.46.0', { FAIL: 1, PASS: 2, MANUAL: 0, MUTED: 0 }, { fresh: 1, still: 0, gone: 0, reopened: 0 }],
      ['prowler', '5.46.0', { FAIL: 0, PASS: 3, MANUAL: 0, MUTED: 0 }, { fresh: 0, still: 0, gone: 1, reopened: 0 }],
    ]);
    const pack = new Map<string, Buffer>();
    for await (const { path, content } of (await belay.doors.exportProof(run)) ?? []) {
      const chunks: string[] = [];
      for await (const chunk of content) chunks.push(chunk);
      pack.set(path, Buffer.from(chunks.join('')));
    }
    expect(verifyProof(pack, [])).toMatchObject({ ok: true, problems: [] });
    const controls: unknown = JSON.parse(pack.get('controls.json')?.toString() ?? '');
    expect(controls).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ framework: 'PCI DSS 4.0', before: { fail: 1, pass: 2, other: 0 }, state: 'met' }),
      ]),
    );
  }, 300_000);
});
