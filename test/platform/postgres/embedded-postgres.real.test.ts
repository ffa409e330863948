import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDataFolder, type DataFolder } from '../../../src/platform/data/data-folder.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/platform/postgres/embedded-postgres.ts';
import { processMark } from '../../../src/platform/process/process-mark.ts';
import { until } from '../../support/until.ts';

const module = (path: string): string => JSON.stringify(new URL(`../../../src/platform/${path}`, import.meta.url).href);

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'belay-postgres-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const start = (data: DataFolder, ended: (how: string) => void = () => undefined): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ data, progress: () => undefined, onUnexpectedEnd: ended });

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Starts the server in another process, writes a row, and kills that process with its group. */
async function startAndDie(alsoKillServer: boolean): Promise<number> {
  const program = `
    const { openDataFolder } = await import(${module('data/data-folder.ts')});
    const { startEmbeddedPostgres } = await import(${module('postgres/embedded-postgres.ts')});
    const { Client } = await import(${JSON.stringify(import.meta.resolve('pg'))});
    const server = await startEmbeddedPostgres({ data: openDataFolder(${JSON.stringify(folder)}), progress() {}, onUnexpectedEnd() {} });
    const client = new Client({ connectionString: server.url });
    client.on('error', () => {});
    await client.connect();
    await client.query('CREATE TABLE kept (a int)');
    await client.query('INSERT INTO kept VALUES (7)');
    console.log(server.pid);
    setInterval(() => {}, 1000);`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const [output] = await once(parent.stdout, 'data');
  const pid = Number(String(output));
  if (alsoKillServer) process.kill(pid, 'SIGKILL');
  process.kill(-(parent.pid ?? 0), 'SIGKILL');
  await once(parent, 'exit');
  return pid;
}

describe('the embedded PostgreSQL', () => {
  test('is on loopback with a password and without shortcuts, in a folder that only its user reads', async () => {
    const data = openDataFolder(folder);
    const server = await start(data);
    const settings = await query(
      server.url,
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'listen_addresses', 'synchronous_commit', 'unix_socket_directories')`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      full_page_writes: 'on',
      listen_addresses: '127.0.0.1',
      synchronous_commit: 'on',
      unix_socket_directories: '',
    });
    const wrong = Object.assign(new URL(server.url), { password: 'guess' }).toString();
    await expect(query(wrong, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const none = Object.assign(new URL(server.url), { password: '' }).toString();
    await expect(query(none, 'SELECT 1')).rejects.toThrow(/password/);
    expect(statSync(join(data.postgres, 'cluster')).mode & 0o077).toBe(0);
    expect(statSync(join(data.postgres, 'password')).mode & 0o777).toBe(0o600);
    await server.stop();
    expect(processMark(server.pid)).toBeUndefined();
    data.close();
  }, 60_000);

  test('works in a folder that the user it runs as could not reach', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const data = openDataFolder(join(closed, 'data'));
    const server = await start(data);
    await expect(query(server.url, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
    await server.stop();
    data.close();
  }, 60_000);

  test.each([
    ['which its server outlived', false],
    ['and its server with it', true],
  ])(
    'has what was committed after kill -9 of the Belay before, %s',
    async (_name, alsoKillServer) => {
      const orphan = await startAndDie(alsoKillServer);
      const data = openDataFolder(folder);
      const server = await start(data);
      expect(processMark(orphan)).toBeUndefined();
      await expect(query(server.url, 'SELECT a FROM kept')).resolves.toEqual([{ a: 7 }]);
      await server.stop();
      data.close();
    },
    60_000,
  );

  test('whose record was never written is found by its own lock file', async () => {
    const orphan = await startAndDie(false);
    rmSync(join(folder, 'run', 'postgres.json'), { force: true });
    const data = openDataFolder(folder);
    const server = await start(data);
    expect(processMark(orphan)).toBeUndefined();
    await server.stop();
    data.close();
  }, 60_000);

  test('is not kept from starting by a lock file whose pid is somebody else by now', async () => {
    const data = openDataFolder(folder);
    await (await start(data)).stop();
    writeFileSync(join(data.postgres, 'cluster', 'postmaster.pid'), `${process.pid}\n`);
    await (await start(data)).stop();
    data.close();
  }, 60_000);

  test('that dies by itself is told', async () => {
    const data = openDataFolder(folder);
    const ended: string[] = [];
    const server = await start(data, (how) => ended.push(how));
    process.kill(server.pid, 'SIGKILL');
    await until('it is told', () => ended.length > 0);
    expect(ended).toEqual([expect.stringMatching(/^SIGKILL/)]);
    await server.stop();
    data.close();
  }, 60_000);

  test('sorts text by code point, the same on every machine', async () => {
    const data = openDataFolder(folder);
    const server = await start(data);
    const rows = await query(server.url, `SELECT t FROM (VALUES ('a'), ('B'), ('é'), ('_')) AS v (t) ORDER BY t`);
    expect(rows.map(({ t }) => t)).toEqual(['B', '_', 'a', 'é']);
    await server.stop();
    data.close();
  }, 60_000);
});
