import type { Command } from 'commander';
import { z } from 'zod';
import { manyText } from '../../domain/count-text.ts';
import { CliError } from '../../platform/problem.ts';
import { allPages } from '../all-pages.ts';
import type { ApiClient } from '../client.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { ListPage } from '../views.ts';

interface Options extends ConnectionOptions {
  readonly mine?: boolean;
  readonly all?: boolean;
  readonly reason: string;
  readonly until: string;
  readonly json?: boolean;
}

const Kept = z.looseObject({ kept: z.number(), until: z.string() });

/** `belay keep <run> <list> (<key>…|--mine|--all) --reason … --until …` */
export function register(program: Command): void {
  withConnection(program.command('keep'))
    .description('keep items of a list: they are left out of its run and of later ones, until a day')
    .argument('<run>', 'its id')
    .argument('<list>', 'name of the list')
    .argument('[key...]', 'which of it')
    .option('--mine', 'all that you are asked about')
    .option('--all', 'all of the list')
    .requiredOption('--reason <text>', 'why, for the record')
    .requiredOption('--until <day>', 'the last day that it is kept, such as 2027-01-31')
    .option('--json', 'print the answer as JSON')
    .action(async (run: string, list: string, named: string[], options: Options) => {
      const ways = [named.length > 0, options.mine, options.all].filter(Boolean);
      if (ways.length !== 1) throw new CliError('Say which: keys of the list, or --mine, or --all.', 2);
      const client = clientFor(options);
      const path = `/api/runs/${encodeURIComponent(run)}/lists/${encodeURIComponent(list)}`;
      const keys = named.length > 0 ? named : await keepableKeys(client, path, options.mine === true);
      if (keys.length === 0) return console.log('There is nothing of it left to keep.');
      const { reason, until } = options;
      const answer = await client.post(`${path}/keep`, { keys, reason, until }, Kept);
      if (options.json) return console.log(JSON.stringify(answer));
      console.log(`Kept ${manyText(answer.kept)} of ${list} until ${until}.`);
    });
}

/** Those that nobody keeps yet. */
async function keepableKeys(client: ApiClient, path: string, mine: boolean): Promise<string[]> {
  const pages = await allPages(client, path, mine ? { mine: 'true' } : {}, ListPage);
  return pages.flatMap(({ items }) => items.flatMap(({ key, kept }) => (kept ? [] : [key])));
}
