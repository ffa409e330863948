/**
 * What Belay's path costs over a bare Temporal workflow with the same activities: read steps (permit, redaction, blob,
 * evidence) and write steps (preview, gate, grant, intent, outcome). One Temporal, one PostgreSQL with fsync on, one
 * process for all workers. Prints ratios; asserts nothing.
 *
 *   node bench/steps.ts
 */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { type RunPermit, signedPermit } from '../src/domain/permit.ts';
import { bundleWorkflows } from '../src/workers/bundle-workflows.ts';
import { ada, startToyBelay, type ToyBelay } from '../test/support/toy/start-toy-belay.ts';
import { pairs, timed } from './pairs.ts';
import { startEmbeddedServers } from './embedded-servers.ts';

const READS = 20;
const AT_ONCE = 100;

async function finished(belay: ToyBelay, run: string): Promise<void> {
  const row = await belay.context.db
    .selectFrom('runs')
    .select('workflow_id')
    .where('id', '=', run)
    .executeTakeFirstOrThrow();
  for (;;) {
    try {
      await belay.client.workflow.getHandle(row.workflow_id).result();
      return;
    } catch (error) {
      // Registered and not started yet: the outbox is a few milliseconds behind.
      if (!/not found/i.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

const servers = await startEmbeddedServers();
const bundle = await bundleWorkflows(fileURLToPath(new URL('workflows.ts', import.meta.url)));
const belay = await startToyBelay({ temporal: servers.temporal, bundle, databaseUrl: servers.databaseUrl });
let work = 0;
belay.lamps.at = async (point) => {
  if (point === 'before' && work > 0) await new Promise((resolve) => setTimeout(resolve, work));
};
const connection = await NativeConnection.connect({ address: servers.temporal });
const bareWorker = await Worker.create({
  connection,
  namespace: 'default',
  taskQueue: 'bare',
  workflowBundle: bundle.bundle,
  maxConcurrentActivityTaskExecutions: 20,
  activities: {
    change: async ({ name }: { name: string }) => {
      if (work > 0) await new Promise((resolve) => setTimeout(resolve, work));
      belay.lamps.state.set(name, { on: true, by: 'bare' });
      return { on: true };
    },
  },
});
const running = bareWorker.run();
let next = 0;
const bare = (type: 'bareReads' | 'bareWrite', args: object) =>
  belay.client.workflow.execute(type, { taskQueue: 'bare', workflowId: `bare-${(next += 1)}`, args: [args] });

const permit: RunPermit = {
  v: 1,
  run: 'r-00000000',
  execution: 'bare',
  runbook: 'remediation/lamp',
  tools: ['lamp.look'],
  connections: ['lamp.default'],
  expiresAt: new Date(Date.now() + 3600_000).toISOString(),
};
const signed = { permit, keyId: belay.context.key.keyId, signature: belay.context.key.sign(signedPermit(permit)) };
const bareRequest = { permit: signed, tool: 'lamp.look', connection: 'default', args: { name: 'hall' }, reads: READS };

try {
  belay.lamps.state.set('hall', { on: true, by: null });
  const oneRead = async () => finished(belay, await belay.start({ name: 'hall', reads: READS }));
  await pairs(
    `Read steps: one run of ${READS} reads`,
    'ms',
    () => timed(oneRead),
    () => timed(() => bare('bareReads', bareRequest)),
  );
  await pairs(
    `Read steps: ${AT_ONCE} runs of ${READS} reads at once`,
    'ms',
    () => timed(() => Promise.all(Array.from({ length: AT_ONCE }, oneRead))),
    () => timed(() => Promise.all(Array.from({ length: AT_ONCE }, () => bare('bareReads', bareRequest)))),
    3,
  );

  // From the decision to the recorded outcome, against the bare side effect: what waits for people is not measured.
  const oneWrite = async (): Promise<number> => {
    const name = `lamp-${(next += 1)}`;
    belay.lamps.state.set(name, { on: false, by: null });
    const run = await belay.start({ name });
    const gate = await belay.openGate(run);
    return await timed(async () => {
      await belay.doors.decide(gate.id, { decision: 'approve', digest: gate.digest }, ada);
      while (!(await belay.doors.ledger(run)).some((entry) => entry.kind === 'action.executed'))
        await new Promise((resolve) => setTimeout(resolve, 1));
    });
  };
  for (work of [50, 0]) {
    const { ours, bare: base } = await pairs(
      `Write steps: one side effect of ${work} ms, from decision to recorded outcome`,
      'ms',
      oneWrite,
      () => timed(() => bare('bareWrite', { name: 'hall' })),
      9,
    );
    if (work === 0)
      console.log(
        `  added by gate, lock, grant, intent, outcome and ledger: ${(ours - base).toFixed(1)} ms at the median\n`,
      );
  }
} finally {
  bareWorker.shutdown();
  await running;
  await connection.close();
  await belay.stop();
  await servers.stop();
}
