import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { close, listen } from '../../sandbox/http/listen.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const MAIN = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));

/** Its own folder for temporary files: another sandbox on this machine must not be found, nor disturbed. */
let folder: string;
beforeAll(() => {
  folder = temporaryFolder('sandbox-main');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = (): NodeJS.ProcessEnv => ({ ...process.env, TMPDIR: folder, NO_COLOR: '1' });

interface Run {
  code: number | null;
  out: string;
  err: string;
}

async function sandbox(...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment() });
  const run: Run = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (run.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (run.err += text));
  [run.code] = await once(child, 'close');
  return run;
}

interface Up {
  child: ChildProcess;
  kubeconfig: string;
  control: string;
  prometheus: string;
  alertmanager: string;
  aws: string;
  awsEnv: Record<string, string>;
}

async function start(...args: string[]): Promise<Up> {
  const child = spawn(process.execPath, [MAIN, '--json', ...args], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, ...JSON.parse(String(line)) };
}

/** The process ids of everything that a process started. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  return rows.flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a running sandbox', () => {
  test('is found, broken and healed from another terminal, and leaves nothing when it is asked to stop', async () => {
    const up = await start();
    const pods = await childrenOf(up.child.pid);
    expect(pods.length).toBeGreaterThanOrEqual(6);
    expect(statSync(up.kubeconfig).mode & 0o777).toBe(0o600);
    expect((await fetch(`${up.prometheus}/-/ready`)).status).toBe(200);
    expect((await fetch(`${up.alertmanager}/-/ready`)).status).toBe(200);

    const unauthorised = await fetch(`${up.control}/break/bad-deploy`, { method: 'POST' });
    expect(unauthorised.status).toBe(401);
    const { port } = new URL(up.control);
    const before = await sandbox('status', '--json', '--port', port);
    expect(JSON.parse(before.out)).toMatchObject({ story: null, errorRatio: 0, webhook: null });
    expect(await sandbox('break', 'bad-deploy', '--port', port)).toMatchObject({
      code: 0,
      out: expect.stringContaining('bad-deploy'),
    });
    const status = await sandbox('status');
    expect(status).toMatchObject({
      code: 0,
      out: expect.stringMatching(/story +bad-deploy\n.*checkout .*2\.4\.0 \(revision 2\)/s),
    });
    const orders = `${up.aws}/shop-order-exports/orders/2026-09.csv`;
    expect((await fetch(orders)).status).toBe(403);
    expect(await sandbox('break', 'public-buckets', '--port', port)).toMatchObject({ code: 0 });
    expect((await fetch(orders)).status).toBe(200);
    expect(readFileSync(up.awsEnv['BELAY_AWS_ACCOUNTS'] ?? '', 'utf8')).toContain('role/belay');
    expect(await sandbox('heal', '--json')).toMatchObject({ code: 0, out: expect.stringContaining('"story":null') });
    expect(await sandbox('break', 'flood')).toMatchObject({
      code: 2,
      out: '',
      err: 'sandbox: There is no story "flood". Stories: bad-deploy, unattached-volumes, public-buckets.\n',
    });

    expect((await fetch(orders)).status).toBe(403);
    up.child.kill('SIGTERM');
    const [code] = await once(up.child, 'exit');
    expect(code).toBe(0);
    expect(pods.filter(isAlive)).toEqual([]);
    expect(existsSync(up.kubeconfig)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
    expect(await sandbox('status')).toMatchObject({ code: 3 });
  }, 180_000);

  test('that is killed with SIGKILL leaves no pod behind, and is then found to be gone', async () => {
    const up = await start('--no-slack');
    const pods = await childrenOf(up.child.pid);
    expect(pods.length).toBeGreaterThanOrEqual(6);
    up.child.kill('SIGKILL');
    await once(up.child, 'exit');
    await until('every pod is gone', () => !pods.some(isAlive), { within: 15_000 });
    const status = await sandbox('status');
    expect(status).toMatchObject({ code: 3, err: 'sandbox: No sandbox is running. Start one: npm run sandbox\n' });
  }, 180_000);
});

describe('what cannot be done', () => {
  test('a port that is taken is one clear line and exit 3', async () => {
    const blocker = createServer();
    const port = await listen(blocker, 0);
    const run = await sandbox('--port', String(Math.min(port, 65_530)), '--no-slack');
    await close(blocker);
    expect(run).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/^sandbox: Port \d+ is in use\. .*\n$/) });
  }, 60_000);

  test.each([
    [['--port', 'high'], /--port.*number/],
    [['--port', '70000'], /--port.*number/],
    [['--webhook', 'not-a-url'], /--webhook.*http/],
    [['--webhook', 'file:///etc/passwd'], /--webhook.*http/],
    [['--nonsense'], /--nonsense/],
    [['dance'], /dance/],
    [['break'], /Name a story: bad-deploy/],
    [['break', 'flood', '--port', '1'], /Stories: bad-deploy/],
  ])('%j is a mistake in usage: exit 2', async (args, message) => {
    const run = await sandbox(...args);
    expect(run.err).toMatch(message);
    expect(run).toMatchObject({ code: 2, out: '' });
  });

  test.each([['status'], ['heal'], ['break', 'bad-deploy'], ['status', '--port', '1']])(
    'with no sandbox running, %s ends with exit 3 and says how to start one',
    async (...args) => {
      expect(await sandbox(...args)).toMatchObject({
        code: 3,
        out: '',
        err: expect.stringMatching(/^sandbox: No sandbox is running.*npm run sandbox\n$/),
      });
    },
  );
});
