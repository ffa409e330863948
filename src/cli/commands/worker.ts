import type { Command } from 'commander';
import { readConfiguration } from '../../platform/configuration/configuration.ts';
import { openHealthPort } from '../compose/health-port.ts';
import type { RunningWorker } from '../../workers/run-worker.ts';
import { seconds, serve } from '../serve.ts';

const ended = (worker: RunningWorker): Promise<void> => worker.ended.catch(() => undefined);

/** `belay worker` */
export function register(program: Command): void {
  program
    .command('worker')
    .description('production: one worker on one queue, with that queue’s credential and no other')
    .requiredOption(
      '--queue <queue>',
      'runbooks, agents, or tools.<system>.<connection> such as tools.kubernetes.default',
    )
    .option('--wait <seconds>', 'how long it waits for the server and for Temporal', '120')
    .action(async ({ queue, wait }: { queue: string; wait: string }) => {
      const configuration = readConfiguration(process.env, 'worker');
      await serve(configuration, seconds(wait), async (patience, log) => {
        const { installRuntime } = await import('../../platform/temporal/install-runtime.ts');
        const { startProductionWorker } = await import('../compose/worker.ts');
        const endRuntime = installRuntime({ log });
        let working = false;
        const { BELAY_HOST: host, BELAY_HEALTH_PORT: port } = configuration;
        const health = port === undefined ? undefined : await openHealthPort(host, port, () => working);
        try {
          const worker = await startProductionWorker(configuration, queue, patience);
          working = true;
          void ended(worker).then(() => (working = false));
          log.info({ queue, ...(health ? { healthPort: health.port } : {}) }, 'worker is up');
          return {
            ended: worker.ended,
            stop: async () => {
              working = false;
              await worker.stop();
              health?.close();
            },
          };
        } catch (error) {
          health?.close();
          await endRuntime();
          throw error;
        }
      });
    });
}
