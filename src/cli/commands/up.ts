import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfiguration } from '../../platform/configuration/configuration.ts';
import { openDataFolder } from '../../platform/data/data-folder.ts';
import { openLog } from '../../platform/log.ts';
import { CliError } from '../../platform/problem.ts';
import { stopRequested } from '../../platform/process/stop-requested.ts';
import { progressLine } from '../../platform/progress-line.ts';
import { screen } from '../../platform/screen.ts';

interface UpOptions {
  readonly data?: string;
  readonly port?: string;
  readonly observe?: boolean;
  readonly kubeconfig?: string;
  readonly prometheus?: string;
  readonly alertmanager?: string;
  readonly json?: boolean;
}

/** The environment with the options laid over it, so that one place validates both. */
function environment(options: UpOptions): NodeJS.ProcessEnv {
  const { kubeconfig } = options;
  // In KUBECONFIG a missing file may be an old habit; named on the command line it is a mistake.
  if (kubeconfig !== undefined && !existsSync(kubeconfig))
    throw new CliError(`--kubeconfig ${kubeconfig}: there is no such file.`, 2);
  const given = {
    BELAY_DATA: options.data,
    BELAY_PORT: options.port,
    KUBECONFIG: options.kubeconfig,
    PROMETHEUS_URL: options.prometheus,
    ALERTMANAGER_URL: options.alertmanager,
  };
  return { ...process.env, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** `belay up` */
export function register(program: Command): void {
  program
    .command('up')
    .description('start everything on this machine: Temporal, PostgreSQL, server and workers')
    .option('--data <folder>', 'where it keeps everything (BELAY_DATA, .belay)')
    .option('--port <port>', 'its port on this machine (BELAY_PORT, 7420)')
    .option('--observe', 'look only: investigate and say what would be asked; write nothing')
    .option('--kubeconfig <file>', 'the cluster to work on (KUBECONFIG)')
    .option('--prometheus <url>', 'where metrics are (PROMETHEUS_URL)')
    .option('--alertmanager <url>', 'where current alerts are pulled from at start (ALERTMANAGER_URL)')
    .option('--json', 'print the status as one line of JSON instead of the screen')
    .action(async (options: UpOptions) => {
      const started = performance.now();
      // Only this command needs the whole of Belay; the others stay quick.
      const { installRuntime } = await import('../../platform/temporal/install-runtime.ts');
      const configuration = readConfiguration(environment(options));
      const data = openDataFolder(configuration.BELAY_DATA);
      const log = openLog({ level: configuration.BELAY_LOG_LEVEL, file: join(data.logs, 'belay.log') });
      const progress = progressLine();
      const stopping = stopRequested(() => process.exit(1));
      const ending = new AbortController();
      void stopping.requested.then((reason) => ending.abort(reason));
      const endRuntime = installRuntime({ log });
      try {
        const failed = Promise.withResolvers<string>();
        const { startBelay } = await import('../compose/belay.ts');
        const belay = await startBelay({
          signal: ending.signal,
          configuration,
          data,
          observe: options.observe ?? false,
          progress: (text, fraction) => progress.say(text, fraction),
          log,
          onUnexpectedEnd: failed.resolve,
        });
        progress.done();
        const status = { ...belay.status, tookMs: performance.now() - started };
        console.log(options.json ? JSON.stringify(status) : screen(status));
        const reason = await Promise.race([stopping.requested.then(() => undefined), failed.promise]);
        if (reason !== undefined) {
          process.stderr.write(`belay: ${reason}; stopping. The log is in ${data.logs}. Start again with: belay up\n`);
          process.exitCode = 1;
        }
        progress.say('Stopping');
        await belay.stop();
      } catch (error) {
        // Asked to stop while it was starting: that is what it did.
        if (!ending.signal.aborted) throw error;
      } finally {
        progress.done();
        await endRuntime();
        stopping.close();
        data.close();
      }
    });
}
