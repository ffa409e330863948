/**
 * A batch of thousands: from the gate that opens to the last recorded outcome, against the same side effects in plain
 * children of plain activities; how large the histories get, and whether memory grows with the batch. One process holds
 * the server's authority and all workers. Prints; asserts nothing.
 *
 *   node bench/batch.ts [items, 5000 unless given]
 */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { bundleWorkflows } from '../src/workers/bundle-workflows.ts';
import { ada, startToyBelay } from '../test/support/toy/start-toy-belay.ts';
import { startEmbeddedServers } from './embedded-servers.ts';
import { timed } from './pairs.ts';

const ITEMS = Number(process.argv[2] ?? 5000);
const MB = 1024 * 1024;

const servers = await startEmbeddedServers();
const bundle = await bundleWorkflows(fileURLToPath(new URL('workflows.ts', import.meta.url)));
const belay = await startToyBelay({ temporal: servers.temporal, bundle, databaseUrl: servers.databaseUrl });
const connection = await NativeConnection.connect({ address: servers.temporal });
const bareWorker = await Worker.create({
  connection,
  namespace: 'default',
  taskQueue: 'bare',
  workflowBundle: bundle.bundle,
  maxConcurrentActivityTaskExecutions: 50,
  activities: {
    change: async ({ name }: { name: string }) => void belay.lamps.state.set(name, { on: true, by: 'bare' }),
  },
});
const running = bareWorker.run();

/** Resident memory after a collection, in MiB; run with --expose-gc to have one. */
function memory(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / MB);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Events and bytes of a history. */
async function historyOf(workflowId: string): Promise<string> {
  const { historyLength, historySize } = await belay.client.workflow.getHandle(workflowId).describe();
  return `${historyLength} events, ${((historySize ?? 0) / 1024).toFixed(0)} KiB`;
}

async function batch(items: number): Promise<number> {
  const prefix = `n${items}-`;
  for (let n = 0; n < items; n += 1) belay.lamps.dark(`${prefix}${n}`);
  const started = performance.now();
  const run = await belay.start({ prefix }, { runbook: 'cost/lamps' });
  let gate = (await belay.doors.gates({ run, state: 'open' }))[0];
  for (; !gate; gate = (await belay.doors.gates({ run, state: 'open' }))[0])
    await new Promise((resolve) => setTimeout(resolve, 100));
  const opened = performance.now();
  console.log(`  found, previewed and asked: ${seconds(opened - started)}; memory ${memory()} MiB`);
  await belay.doors.decide(gate.id, { decision: 'approve', digest: gate.digest }, ada);
  const samples: number[] = [];
  for (let ended = false; !ended;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    samples.push(memory());
    ended = ['finished', 'failed', 'cancelled'].includes((await belay.doors.run(run))?.state ?? '');
  }
  const took = performance.now() - opened;
  const view = await belay.doors.run(run);
  console.log(
    `  decided to reported: ${seconds(took)}, ${(took / items).toFixed(1)} ms an item; ${view?.outcome}: ${view?.summary}`,
  );
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  console.log(
    `  memory while it ran: ${samples.slice(0, tenth).at(-1)} MiB at first, ${Math.max(...samples)} at most, ${samples.at(-1)} at the end`,
  );
  console.log(
    `  history of the run: ${await historyOf(view?.workflowId ?? '')}; of its second wave: ${await historyOf(`${run}/${gate.id}/2`)}`,
  );
  return took;
}

try {
  for (const items of [Math.round(ITEMS / 10), ITEMS]) {
    console.log(`${items} items`);
    const ours = await batch(items);
    const bare = await timed(() =>
      belay.client.workflow.execute('bareBatch', { taskQueue: 'bare', workflowId: `bare-${items}`, args: [items] }),
    );
    console.log(`  the bare side effects: ${seconds(bare)}, ratio ${(ours / bare).toFixed(1)}\n`);
  }
} finally {
  bareWorker.shutdown();
  await running;
  await connection.close();
  await belay.stop();
  await servers.stop();
}
