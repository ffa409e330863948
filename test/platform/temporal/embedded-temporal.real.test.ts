import { Client, Connection } from '@temporalio/client';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openDataFolder, type DataFolder } from '../../../src/platform/data/data-folder.ts';
import { processMark } from '../../../src/platform/process/process-mark.ts';
import { startEmbeddedTemporal, type EmbeddedTemporal } from '../../../src/platform/temporal/embedded-temporal.ts';
import { describeReal, requirePart } from '../../support/parts.ts';
import { until } from '../../support/until.ts';

const module = (path: string): string => JSON.stringify(new URL(`../../../src/platform/${path}`, import.meta.url).href);

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'belay-temporal-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const start = (data: DataFolder, ended: (how: string) => void = () => undefined): Promise<EmbeddedTemporal> =>
  startEmbeddedTemporal({
    data,
    sources: [{ name: 'here', get: async () => requirePart('temporal') }],
    progress: () => undefined,
    onUnexpectedEnd: ended,
  });

/** Starts the server in another process, which is then killed, and gives the server's pid. */
async function startAndDie(alsoKillServer: boolean): Promise<number> {
  const program = `
    const { openDataFolder } = await import(${module('data/data-folder.ts')});
    const { startEmbeddedTemporal } = await import(${module('temporal/embedded-temporal.ts')});
    const sources = [{ name: 'here', get: async () => ${JSON.stringify(requirePart('temporal'))} }];
    const data = openDataFolder(${JSON.stringify(folder)});
    const server = await startEmbeddedTemporal({ data, sources, progress() {}, onUnexpectedEnd() {} });
    const { Client, Connection } = await import(${JSON.stringify(import.meta.resolve('@temporalio/client'))});
    const client = new Client({ connection: await Connection.connect({ address: server.address }) });
    await client.workflow.start('open', { workflowId: 'w', taskQueue: 'nobody' });
    console.log(server.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    },
  );
  const [output] = await once(parent.stdout, 'data');
  const pid = Number(String(output));
  if (alsoKillServer) process.kill(pid, 'SIGKILL');
  process.kill(-(parent.pid ?? 0), 'SIGKILL');
  await once(parent, 'exit');
  return pid;
}

describeReal('the embedded Temporal server', ['temporal'], () => {
  test('keeps its namespace for 30 days, its ports, and stops without a trace', async () => {
    const data = openDataFolder(folder);
    const first = await start(data);
    const connection = await Connection.connect({ address: first.address });
    const { config } = await connection.workflowService.describeNamespace({ namespace: first.namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    expect((await fetch(first.uiUrl)).ok).toBe(true);
    await connection.close();
    await first.stop();
    expect(processMark(first.pid)).toBeUndefined();
    const second = await start(data);
    expect([second.address, second.uiUrl]).toEqual([first.address, first.uiUrl]);
    await second.stop();
    data.close();
  }, 60_000);

  test.each([
    ['which its server outlived', false],
    ['and its server with it', true],
  ])(
    'finds its open runs again after kill -9 of the Belay before, %s',
    async (_name, alsoKillServer) => {
      const orphan = await startAndDie(alsoKillServer);
      const data = openDataFolder(folder);
      const server = await start(data);
      expect(processMark(orphan)).toBeUndefined();
      const connection = await Connection.connect({ address: server.address });
      const { status } = await new Client({ connection }).workflow.getHandle('w').describe();
      expect(status.name).toBe('RUNNING');
      await connection.close();
      await server.stop();
      data.close();
    },
    60_000,
  );

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

  test('of another minor than the one that made the folder is not started on it', async () => {
    const data = openDataFolder(folder);
    await (await start(data)).stop();
    writeFileSync(join(data.temporal, 'version'), '1.12.3\n');
    await expect(start(data)).rejects.toThrow(/the Temporal server 1\.12, which made this data folder/);
    expect(readFileSync(join(data.temporal, 'version'), 'utf8')).toBe('1.12.3\n');
    data.close();
  }, 60_000);
});
