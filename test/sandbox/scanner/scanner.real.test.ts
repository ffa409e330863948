import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startSandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import type { SandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import { bucketNamed, EXPORTS, FEED } from '../../../sandbox/aws/worlds/buckets.ts';
import { openBuckets } from '../../../sandbox/aws/worlds/public-buckets.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../../sandbox/scanner/main.ts', import.meta.url));

let aws: SandboxAws;
let folder: string;
beforeAll(async () => {
  aws = await startSandboxAws();
});
beforeEach(() => {
  folder = temporaryFolder('scanner');
});
afterEach(() => {
  aws.faults.clear();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => aws?.stop());

/** The fields of Prowler's findings that a reader of them needs. */
const Finding = z.object({
  class_uid: z.literal(2004),
  type_uid: z.literal(200_401),
  metadata: z.object({
    event_code: z.string(),
    version: z.string().regex(/^1\./),
    product: z.object({ uid: z.string() }),
  }),
  finding_info: z.object({ uid: z.string(), title: z.string(), created_time: z.number().int() }),
  severity: z.enum(['Medium', 'High', 'Critical']),
  status_code: z.enum(['PASS', 'FAIL']),
  status_detail: z.string(),
  unmapped: z.object({ compliance: z.record(z.string(), z.array(z.string()).min(1)) }),
  resources: z
    .array(
      z.object({
        uid: z.string().regex(/^arn:aws:s3:::/),
        name: z.string(),
        region: z.string(),
        type: z.literal('AwsS3Bucket'),
      }),
    )
    .length(1),
  cloud: z.object({ provider: z.literal('aws'), account: z.object({ uid: z.string().regex(/^\d{12}$/) }) }),
});
type Finding = z.infer<typeof Finding>;

interface Scan {
  code: unknown;
  err: string;
  /** `undefined`: no file was written. */
  findings: Finding[] | undefined;
}

async function scan(...more: string[]): Promise<Scan> {
  const env = { PATH: process.env['PATH'], ...aws.env };
  const child = spawn(process.execPath, [MAIN, '--output-directory', folder, '--output-filename', 'out', ...more], {
    env,
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = await once(child, 'close');
  const written = readdirSync(folder);
  expect(written.filter((name) => name !== 'out.ocsf.json')).toEqual([]);
  const text = written.length > 0 ? readFileSync(join(folder, 'out.ocsf.json'), 'utf8') : undefined;
  return { code, err, findings: text === undefined ? undefined : z.array(Finding).parse(JSON.parse(text)) };
}

const failing = (findings: Finding[] | undefined, check: string): string[] =>
  (findings ?? [])
    .filter(({ metadata, status_code: status }) => metadata.event_code === check && status === 'FAIL')
    .flatMap(({ resources }) => resources.map(({ name }) => name));

test('finds the public buckets, and passes them once they are blocked; a finding keeps its identity between scans', async () => {
  openBuckets(aws.world);
  const before = await scan();
  expect(before).toMatchObject({ code: 3, err: '' });
  expect(failing(before.findings, 's3_bucket_public_access')).toEqual([EXPORTS, FEED]);
  expect(failing(before.findings, 's3_bucket_level_public_access_block')).toEqual(['shop-backups', EXPORTS, FEED]);
  expect(failing(before.findings, 's3_bucket_server_access_logging_enabled')).toContain('shop-backups');
  for (const name of [EXPORTS, FEED])
    bucketNamed(aws.world, name).block = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    };
  const after = await scan();
  expect(failing(after.findings, 's3_bucket_public_access')).toEqual([]);
  const identities = ({ findings = [] }: Scan): string[] => findings.map(({ finding_info: info }) => info.uid);
  expect(identities(after)).toEqual(identities(before));
  expect(new Set(identities(after)).size).toBe(6 * 3);
});

test('finds a bucket that is public by its ACL, until ACLs are ignored', async () => {
  const backups = bucketNamed(aws.world, 'shop-backups');
  backups.aclPublicRead = true;
  const { findings } = await scan();
  expect(failing(findings, 's3_bucket_public_access')).toContain('shop-backups');
  backups.aclPublicRead = false;
});

test('looks at another account by its role, and ends with 0 where everything passes', async () => {
  const { role, externalId = '' } = aws.accounts.dev;
  const ofDev = ['--role', role, '--external-id', externalId];
  const { code, findings = [] } = await scan(...ofDev);
  expect(code).toBe(3);
  expect(findings.map(({ cloud, status_code: status }) => [cloud.account.uid, status])).toEqual([
    ['222233334444', 'PASS'],
    ['222233334444', 'PASS'],
    ['222233334444', 'FAIL'],
  ]);
  bucketNamed(aws.world, 'shop-dev-uploads').logging = { bucket: 'shop-access-logs-eu', prefix: '' };
  expect(await scan(...ofDev)).toMatchObject({ code: 0, err: '' });
});

test.each([
  ['a permission is missing', (): void => aws.faults.fail('GetBucketAcl', 'denied', 99), /s3:GetBucketAcl/],
  ['a role is not given', (): void => aws.faults.fail('AssumeRole', 'denied', 99), /sts:AssumeRole/],
])('a scan that cannot look everywhere writes nothing and says why: %s', async (_what, breakIt, message) => {
  breakIt();
  const role = ['--role', aws.accounts.prod.role];
  expect(await scan(...role)).toEqual({ code: 1, err: expect.stringMatching(message), findings: undefined });
});
