/**
 * The embedded Temporal server against the same binary as `temporal server start-dev` starts it: a chain of 20 no-op
 * activities, both on disk, both up at the same time. Prints the ratio; asserts nothing.
 *
 *   node bench/embedded.ts
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { rememberedPort } from '../src/platform/data/remembered-port.ts';
import { findTemporal } from '../src/platform/temporal/find-temporal.ts';
import { bundleWorkflows, type WorkflowBundle } from '../src/workers/bundle-workflows.ts';
import { startEmbeddedServers, temporalSources } from './embedded-servers.ts';
import { pairs, timed } from './pairs.ts';

const CHAIN = 20;

/** `start-dev` as its own help suggests it: nothing tuned, its data in a file. */
async function startStock() {
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-stock-'));
  const { path } = await findTemporal(temporalSources(), () => undefined);
  const port = await rememberedPort(folder, 'stock');
  const args = [
    'server',
    'start-dev',
    '--headless',
    '--port',
    String(port),
    '--db-filename',
    join(folder, 'temporal.db'),
    '--log-level',
    'never',
  ];
  const child = spawn(path, args, { stdio: 'ignore', env: { ...process.env, HOME: folder } });
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function connected(address: string): Promise<Connection> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await Connection.connect({ address, connectTimeout: 1000 });
    } catch (error) {
      if (attempt > 60) throw error;
    }
  }
}

/** One worker and one client of a server; `chain` runs the chain once. */
async function attach(address: string, bundle: WorkflowBundle) {
  const connection = await connected(address);
  const native = await NativeConnection.connect({ address });
  const activities = { nothing: async () => undefined };
  const worker = await Worker.create({
    connection: native,
    taskQueue: 'chain',
    workflowBundle: bundle.bundle,
    activities,
  });
  const running = worker.run();
  const client = new Client({ connection });
  let next = 0;
  return {
    chain: () =>
      timed(() =>
        client.workflow.execute('chain', { taskQueue: 'chain', workflowId: `chain-${(next += 1)}`, args: [CHAIN] }),
      ),
    stop: async () => {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
    },
  };
}

const bundle = await bundleWorkflows(fileURLToPath(new URL('workflows.ts', import.meta.url)));
const [stock, servers] = [await startStock(), await startEmbeddedServers()];
const [ours, theirs] = [await attach(servers.temporal, bundle), await attach(stock.address, bundle)];
try {
  const { ratio } = await pairs(`Embedded server: a chain of ${CHAIN} activities`, 'ms', ours.chain, theirs.chain);
  console.log(`  ${(1 / ratio).toFixed(1)} × faster than stock start-dev\n`);
} finally {
  await ours.stop();
  await theirs.stop();
  await servers.stop();
  await stock.stop();
}
