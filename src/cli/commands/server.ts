import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfiguration } from '../../platform/configuration/configuration.ts';
import { CliError } from '../../platform/problem.ts';
import { seconds, serve } from '../serve.ts';

interface ServerOptions {
  readonly doors: string;
  readonly port?: string;
  readonly data?: string;
  readonly wait: string;
}

/** The environment with the options laid over it; a folder only fills in what no variable says. */
function environment({ data, port }: ServerOptions, hooksOnly: boolean): NodeJS.ProcessEnv {
  const { BELAY_TOKEN: token } = process.env;
  return {
    ...(data === undefined
      ? {}
      : {
          BELAY_BUILD: join(data, 'build'),
          ...(hooksOnly ? {} : { BELAY_KEYS: join(data, 'keys') }),
          ...(hooksOnly || token ? {} : { BELAY_TOKEN_FILE: join(data, 'token') }),
        }),
    ...process.env,
    ...(port === undefined ? {} : { BELAY_PORT: port }),
  };
}

/** `belay server` */
export function register(program: Command): void {
  program
    .command('server')
    .description('production: the authority with API, webhooks and Slack; runs no team code')
    .option('--doors <doors>', '"all", or "hooks": the webhook door alone, which stores alerts and holds no key', 'all')
    .option('--port <port>', 'its port (BELAY_PORT, 7420)')
    .option('--data <folder>', 'where keys/, token and build/ are, as far as no variable says where')
    .option('--wait <seconds>', 'how long it waits for the database', '120')
    .action(async (options: ServerOptions) => {
      if (options.doors !== 'all' && options.doors !== 'hooks')
        throw new CliError(`--doors ${options.doors}: give "all" or "hooks".`, 2);
      const hooksOnly = options.doors === 'hooks';
      const configuration = readConfiguration(environment(options, hooksOnly), hooksOnly ? 'hooks' : 'server');
      await serve(configuration, seconds(options.wait), async (patience, log) => {
        const { startHooksServer, startProductionServer } = await import('../compose/production-server.ts');
        const start = hooksOnly ? startHooksServer : startProductionServer;
        const server = await start(configuration, patience);
        const { url, approvers } = server;
        if (!hooksOnly && approvers.length === 0) log.warn('BELAY_APPROVERS is empty: nobody can approve anything');
        log.info({ url, doors: options.doors, approvers }, 'Belay is up');
        return server;
      });
    });
}
