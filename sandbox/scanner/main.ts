import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { Command } from 'commander';
import { reasonOf } from '../../src/platform/problem.ts';
import { CHECKS } from './checks.ts';
import { detectionFinding } from './ocsf.ts';
import type { ScannedBucket } from './scan-bucket.ts';
import { scanBucket } from './scan-bucket.ts';

interface ScanOptions {
  outputDirectory: string;
  outputFilename: string;
  role?: string;
  externalId?: string;
}

/** As Prowler ends when something failed a check. */
const FOUND_SOMETHING = 3;

type Credentials = ReturnType<typeof fromTemporaryCredentials>;

async function scanAll(credentials: Credentials | undefined): Promise<{ account: string; buckets: ScannedBucket[] }> {
  const shared = { ...(credentials && { credentials }), maxAttempts: 3 };
  const { Account: account = '' } = await new STSClient(shared).send(new GetCallerIdentityCommand({}));
  const { Buckets: listed = [] } = await new S3Client(shared).send(new ListBucketsCommand({}));
  const buckets: ScannedBucket[] = [];
  for (const { Name: name = '', BucketRegion: region = 'us-east-1' } of listed)
    buckets.push(await scanBucket(new S3Client({ ...shared, region }), name, region));
  return { account, buckets };
}

async function run({ outputDirectory, outputFilename, role, externalId }: ScanOptions): Promise<void> {
  const assumed = { RoleArn: role, RoleSessionName: 'scanner', ...(externalId && { ExternalId: externalId }) };
  const credentials = role === undefined ? undefined : fromTemporaryCredentials({ params: assumed });
  const { account, buckets } = await scanAll(credentials);
  const at = new Date();
  const results = buckets.flatMap((bucket) =>
    CHECKS.map((check) => ({ check, bucket, account, verdict: check.verdict(bucket) })),
  );
  const path = join(outputDirectory, `${outputFilename}.ocsf.json`);
  // Whole or not at all.
  writeFileSync(
    `${path}.part`,
    JSON.stringify(
      results.map((result) => detectionFinding(result, at)),
      undefined,
      2,
    ),
  );
  renameSync(`${path}.part`, path);
  const failed = results.filter(({ verdict }) => verdict.status === 'FAIL');
  console.log(`${buckets.length} buckets of account ${account}: ${failed.length} of ${results.length} checks failed`);
  if (failed.length > 0) process.exitCode = FOUND_SOMETHING;
}

try {
  await new Command('scanner')
    .description('Looks at the S3 buckets of an account, and writes what it finds as Prowler does (OCSF JSON)')
    .requiredOption('-o, --output-directory <folder>', 'where to write; it must be there')
    .option('-F, --output-filename <name>', 'the file is <name>.ocsf.json', 'scan')
    .option('-R, --role <arn>', 'a role to look with')
    .option('-I, --external-id <id>', 'what the role asks for')
    .action(run)
    .parseAsync();
} catch (error) {
  console.error(`scanner: ${reasonOf(error)}`);
  process.exitCode = 1;
}
