import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { clientsWith } from './clients.ts';

const SERVE = fileURLToPath(new URL('../../../sandbox/aws/serve.ts', import.meta.url));

let folder: string;
let child: ChildProcess | undefined;
beforeAll(() => {
  folder = temporaryFolder('sandbox-aws');
});
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: string[]) {
  const started = spawn(process.execPath, [SERVE, ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child = started;
  return started;
}

async function up(...args: string[]) {
  const started = start(...args);
  if (!started.stdout) throw new Error('it has no output');
  const [line] = await once(createInterface({ input: started.stdout }), 'line');
  return { started, said: JSON.parse(String(line)) };
}

describe('the small AWS alone', () => {
  test('is up with its story, says what Belay needs to know, and leaves nothing when it is asked to stop', async () => {
    const { started, said } = await up('--story', 'cost');
    const { BELAY_AWS_ACCOUNTS: file, AWS_ENDPOINT_URL: endpoint } = said.awsEnv;
    expect(endpoint).toBe(said.aws);
    expect(parse(readFileSync(file, 'utf8'))).toEqual({ accounts: said.accounts });
    expect(said.broken).toMatch(/^14 EBS volumes .* in 2 AWS accounts, .* cost 1065\.60 USD a month$/);
    const credentials = {
      accessKeyId: said.awsEnv.AWS_ACCESS_KEY_ID,
      secretAccessKey: said.awsEnv.AWS_SECRET_ACCESS_KEY,
    };
    const available = new DescribeVolumesCommand({ Filters: [{ Name: 'status', Values: ['available'] }] });
    expect((await clientsWith(endpoint, credentials).ec2.send(available)).Volumes).toHaveLength(5);
    started.kill('SIGTERM');
    expect(await once(started, 'exit')).toEqual([0, null]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('ends with the process that started it, and has a Slack where Belay is known', async () => {
    const { started, said } = await up('--story', 'compliance', '--belay', 'http://127.0.0.1:9');
    expect((await fetch(`${said.aws}/shop-order-exports/orders/2026-09.csv`)).status).toBe(200);
    expect(said.slackEnv.SLACK_API_URL).toBe(`${said.slack}/api/`);
    expect(Object.values(said.slackPeople).join(',')).toBe(said.slackEnv.BELAY_APPROVERS);
    expect(said.broken).toMatch(/^2 S3 buckets .*: shop-order-exports, shop-partner-feed;/);
    started.disconnect();
    expect(await once(started, 'exit')).toEqual([0, null]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [['--story', 'flood'], /Stories: cost, compliance/],
    [[], /--story/],
    [['--story', 'cost', '--reader', 'x'], /own or other/],
  ])('%j is a mistake, and nothing is left', async (args, message) => {
    const started = start(...args);
    let err = '';
    started.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [code] = await once(started, 'close');
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(readdirSync(folder)).toEqual([]);
  });
});
