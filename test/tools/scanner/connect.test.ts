import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { connectScanner } from '../../../src/tools/scanner/connect.ts';
import { runProgram } from '../../../src/tools/scanner/run-program.ts';
import { ScannerSettings } from '../../../src/tools/scanner/scanner-settings.ts';
import { until } from '../../support/until.ts';
import { startHttpStub } from '../http-stub.ts';
import { PROWLER, sarifOf, sarifResult } from './samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-scanner-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = new Date('2026-11-27T12:00:00.000Z');
const never = new AbortController().signal;

type Given = z.input<typeof ScannerSettings>;
const client = (settings: Given) => connectScanner(ScannerSettings.parse(settings));
const scan = (settings: Given, signal = never) => client(settings).scan(signal, NOW);

/** A real program: Node, with what it is to do; it finds its output folder as its last argument. */
let programs = 0;
function program(script: string, more: Partial<Extract<Given, { kind: 'run' }>> = {}): Extract<Given, { kind: 'run' }> {
  const path = join(folder, `program-${(programs += 1)}.mjs`);
  writeFileSync(path, `const out = process.argv.at(-1);\n${script}`);
  return { kind: 'run', argv: [process.execPath, path, '{output}'], output: 'scan.json', ...more };
}
const WRITE = `const { writeFileSync } = await import('node:fs');
const write = (text) => writeFileSync(out + '/scan.json', text);`;

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('a scanner that is run', () => {
  test('gives what it wrote into its own folder, which is gone afterwards', async () => {
    const said = join(folder, 'said');
    const script = `${WRITE} write(${JSON.stringify(PROWLER)}); writeFileSync(${JSON.stringify(said)}, out); process.exit(3);`;
    const { findings, madeAt } = await scan(program(script, { success: [0, 3] }));
    expect(findings).toHaveLength(4);
    // Whatever it saw was so after it had started, not before.
    expect(madeAt).toEqual(NOW);
    expect(existsSync(said)).toBe(true);
    expect(existsSync(readFileSync(said, 'utf8'))).toBe(false);
  });

  test('gets the variables that are named and no others', async () => {
    process.env['SCAN_ALLOWED'] = 'yes';
    process.env['SCAN_OTHER'] = 'no';
    const script = `${WRITE} write(JSON.stringify([])); if (process.env.SCAN_ALLOWED !== 'yes' || process.env.SCAN_OTHER || !process.env.PATH) process.exit(9);`;
    expect((await scan(program(script, { env: ['SCAN_ALLOWED', 'NOT_SET'] }))).findings).toEqual([]);
    await expect(scan(program(script))).rejects.toThrow('exit code 9');
  });

  test('gets its arguments as they are: nothing in them is read by a shell', async () => {
    const argv = ['$(touch x)', '; exit 7', '`id`', '*'];
    const settings = program(
      `${WRITE} write('[]'); if (JSON.stringify(process.argv.slice(2, -1)) !== ${JSON.stringify(JSON.stringify(argv))}) process.exit(8);`,
    );
    const given = { ...settings, argv: [...settings.argv.slice(0, -1), ...argv, '{output}'] };
    expect((await scan(given)).findings).toEqual([]);
  });

  test.each<[string, Given, string, RegExp]>([
    [
      'is missing',
      { kind: 'run', argv: ['/no/such/prowler', '{output}'], output: 'x' },
      'stop.not-found',
      /^the scanner \/no\/such\/prowler is not on this machine/,
    ],
    [
      'may not be run',
      { kind: 'run', argv: [file('plain', 'x'), '{output}'], output: 'x' },
      'stop.forbidden',
      /may not be run by this user/,
    ],
    [
      'fails',
      program(`console.error('AccessDenied:\\n s3:ListAllMyBuckets'); process.exit(1);`),
      'stop.unsupported',
      /^the scanner .*node.* failed with exit code 1; its last words: AccessDenied: s3:ListAllMyBuckets$/,
    ],
    [
      'is killed',
      program(`process.kill(process.pid, 'SIGKILL');`),
      'stop.unsupported',
      /was ended by SIGKILL; it said nothing/,
    ],
    ['writes nothing', program(''), 'stop.not-found', /node's scan\.json is not there: the scanner wrote nothing/],
    [
      'writes an empty file',
      program(`${WRITE} write(' ');`),
      'stop.unsupported',
      /is empty: the scanner wrote nothing/,
    ],
    [
      'dies while it writes',
      program(`${WRITE} write(${JSON.stringify(PROWLER.slice(0, 5000))});`),
      'stop.unsupported',
      /node's scan\.json is half-written: it ends at line \d+, column \d+/,
    ],
    [
      'writes a folder',
      program(`(await import('node:fs')).mkdirSync(out + '/scan.json');`),
      'stop.unsupported',
      /is no file/,
    ],
    ['writes no text', program(`${WRITE} write(Buffer.from([0x5b, 0xff]));`), 'stop.unsupported', /is no text/],
  ])('and %s is an error that says so', async (_, settings, type, message) => {
    await expect(scan(settings)).rejects.toMatchObject({ type, message: expect.stringMatching(message) });
  });

  /** Starts another process, says both ids, and never ends. */
  const STUBBORN = (pids: string) => `${WRITE}
    const { spawn } = await import('node:child_process');
    process.on('SIGTERM', () => console.log('told to stop'));
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
    console.log('scanning account 3 of 400');
    setInterval(() => {}, 1000);`;
  const stubborn = (pids: string, timeoutMs: number, signal: AbortSignal) =>
    runProgram({
      argv: program(STUBBORN(pids)).argv,
      cwd: folder,
      env: {},
      timeoutMs,
      success: [0],
      signal,
      graceMs: 200,
    });
  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const pidsIn = (path: string): number[] => readFileSync(path, 'utf8').split(' ').map(Number);

  test('and does not end in time is stopped, with all that it started, and its last words are told', async () => {
    const pids = join(folder, 'pids-timeout');
    await expect(stubborn(pids, 1000, never)).rejects.toMatchObject({
      type: 'stop.unsupported',
      message: expect.stringMatching(
        /did not end within 1 s and was stopped; its last words: scanning account 3 of 400/,
      ),
    });
    const started = pidsIn(pids);
    expect(started).toHaveLength(2);
    await until('both are gone', () => !started.some(alive));
  });

  test('is stopped when the run that asked for it is cancelled', async () => {
    const pids = join(folder, 'pids-cancel');
    const cancel = new AbortController();
    const watched = expect(stubborn(pids, 60_000, cancel.signal)).rejects.toThrow('cancelled');
    await until('it scans', () => existsSync(pids));
    cancel.abort(new Error('cancelled'));
    await watched;
    const started = pidsIn(pids);
    await until('both are gone', () => !started.some(alive));
  });
});

describe('a scan that something else left in a file', () => {
  test('is read as it is, with when it was written', async () => {
    const path = file('left.json', PROWLER);
    utimesSync(path, NOW, new Date('2026-11-27T09:00:00.000Z'));
    const { findings, madeAt } = await scan({ kind: 'file', path, maxAge: '4h' });
    expect([findings.length, madeAt.toISOString()]).toEqual([4, '2026-11-27T09:00:00.000Z']);
    await expect(scan({ kind: 'file', path, maxAge: '2h' })).rejects.toThrow(
      'was written at 2026-11-27T09:00:00.000Z and is older than 2h: nothing scanned since',
    );
  });

  test('may be SARIF', async () => {
    const path = file('left.sarif', sarifOf([sarifResult()]));
    expect((await scan({ kind: 'file', path, format: 'sarif' })).scanner).toBe('trivy');
  });

  test('and that is not there is an error that names it', async () => {
    const path = join(folder, 'gone.json');
    await expect(scan({ kind: 'file', path })).rejects.toMatchObject({
      type: 'stop.not-found',
      message: `${path} is not there: the scanner wrote nothing`,
    });
  });
});

describe('the settings of a source', () => {
  const argv = ['prowler', 'aws', '{output}'];
  test.each<[string, unknown, RegExp]>([
    ['no program', { kind: 'run', argv: [], output: 'x' }, /argv/],
    ['a program that is a placeholder', { kind: 'run', argv: ['{output}/x'], output: 'x' }, /begins with the program/],
    ['nowhere to write', { kind: 'run', argv: ['prowler'], output: 'x' }, /nowhere says \{output\}/],
    ['another placeholder', { kind: 'run', argv: [...argv, '{account}'], output: 'x' }, /\{output\} is the only one/],
    ['a command line in place of arguments', { kind: 'run', argv: 'prowler aws {output}', output: 'x' }, /argv/],
    ['an output elsewhere', { kind: 'run', argv, output: '../x' }, /names a file below/],
    ['an absolute output', { kind: 'run', argv, output: '/etc/passwd' }, /names a file below/],
    ['the folder itself', { kind: 'run', argv, output: '.' }, /names a file below/],
    ['a time that is none', { kind: 'run', argv, output: 'x', timeout: 'soon' }, /is no duration/],
    ['a variable with a value', { kind: 'run', argv, output: 'x', env: ['A=b'] }, /is no name of a variable/],
    ['an unknown field', { kind: 'run', argv, output: 'x', shell: true }, /shell/],
    ['a relative path', { kind: 'file', path: 'scan.json' }, /is no absolute path/],
    [
      'an address that is none',
      { kind: 'bucket', bucket: 'abc', key: 'k', endpoint: 'ftp://x' },
      /is no http or https/,
    ],
    ['an unknown kind', { kind: 'ftp' }, /kind/],
  ])('that have %s are refused', (_, settings, why) => {
    const { error } = ScannerSettings.safeParse(settings);
    expect(error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')).toMatch(why);
  });
});

describe('a scan that something else left in a bucket', () => {
  const at = async (answer: Parameters<typeof startHttpStub>[0], key = 'scan.json') => {
    const stub = await startHttpStub(answer);
    try {
      const place = { bucket: 'scans', key, region: 'eu-west-1', endpoint: stub.url, maxAge: '1d' } as const;
      return { ...(await scan({ kind: 'bucket', ...place })), asked: stub.requests };
    } finally {
      await stub.stop();
    }
  };
  const error = (status: number, code: string) => () => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} it is</Message></Error>`,
  });

  beforeAll(() => {
    process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  });

  test('is read with one request, with when it was written', async () => {
    const written = 'Fri, 27 Nov 2026 09:00:00 GMT';
    const { findings, madeAt, asked } = await at(() => ({
      headers: { 'last-modified': written, 'content-type': 'text/plain' },
      body: PROWLER,
    }));
    expect([findings.length, madeAt]).toEqual([4, new Date(written)]);
    expect(asked).toEqual([expect.stringMatching(/^GET \/scans\/scan\.json/)]);
  });

  test.each<[string, number, string, string, RegExp]>([
    ['is not there', 404, 'NoSuchKey', 'stop.not-found', /^s3:\/\/scans\/scan\.json is not there: NoSuchKey it is/],
    ['may not be read', 403, 'AccessDenied', 'stop.forbidden', /s3:GetObject is needed/],
    ['is asked for too often', 503, 'SlowDown', 'retry.throttled', /asks to slow down/],
    ['cannot be reached', 500, 'InternalError', 'retry.unreachable', /cannot be read from S3/],
    ['is rejected', 400, 'InvalidRequest', 'stop.invalid-input', /S3 rejects/],
  ])('and %s says so, and is asked once: retries are Temporal’s', async (_, status, code, type, message) => {
    await expect(at(error(status, code))).rejects.toMatchObject({ type, message: expect.stringMatching(message) });
  });

  test('and is old is refused', async () => {
    const old = () => ({
      headers: { 'last-modified': 'Fri, 20 Nov 2026 09:00:00 GMT', 'content-type': 'text/plain' },
      body: PROWLER,
    });
    await expect(at(old)).rejects.toThrow('is older than 1d: nothing scanned since');
  });
});
