import type { Command } from 'commander';
import { manyText } from '../../domain/count-text.ts';
import { moneyText, sumsText } from '../../domain/money.ts';
import { allPages } from '../all-pages.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { printable, table } from '../text/table.ts';
import { utc } from '../text/times.ts';
import { ListNames, ListPage } from '../views.ts';

interface Options extends ConnectionOptions {
  readonly mine?: boolean;
  readonly find?: string;
  readonly json?: boolean;
}

/** `belay lists <run> [name]` */
export function register(program: Command): void {
  withConnection(program.command('lists'))
    .description('list what a run found: the names of its lists, or what is on one')
    .argument('<run>', 'its id')
    .argument('[name]', 'one of its lists')
    .option('--mine', 'only what you are asked about')
    .option('--find <words>', 'only those that have all of these words')
    .option('--json', 'print the answer as JSON')
    .action(async (run: string, name: string | undefined, options: Options) => {
      const client = clientFor(options);
      const path = `/api/runs/${encodeURIComponent(run)}/lists`;
      if (name === undefined) {
        const answer = await client.get(path, ListNames);
        if (options.json) return console.log(JSON.stringify(answer));
        return console.log(answer.lists.length === 0 ? 'It has no lists.' : answer.lists.map(printable).join('\n'));
      }
      const query = {
        ...(options.mine ? { mine: 'true' } : {}),
        ...(options.find === undefined ? {} : { q: options.find }),
      };
      const pages = await allPages(client, `${path}/${encodeURIComponent(name)}`, query, ListPage);
      const [{ list, total }] = pages;
      const items = pages.flatMap((page) => page.items);
      if (options.json) return console.log(JSON.stringify({ list, items, total }));
      console.log(`${aboutList(run, list)}\n`);
      if (items.length === 0) return console.log('None.');
      const rows = items.map(({ key, title, connection, owner, money, kept }) => [
        key,
        connection,
        owner ?? '',
        money ? moneyText(money) : 'no price',
        kept ?? '',
        title,
      ]);
      console.log(table(['KEY', 'CONNECTION', 'OWNER', 'A MONTH', 'KEPT', 'WHAT'], rows));
    });
}

function aboutList(run: string, { name, count, money, asks }: ListPage['list']): string {
  const sums = `${manyText(count)} items, ${sumsText(money)}${money.length === 0 ? '' : ' a month'}`;
  if (!asks) return `${sums}; nobody is asked about this list.`;
  const until = asks.open
    ? `keep some until ${utc(asks.until)} UTC with: belay keep ${run} ${name} <key> …`
    : `the time to keep is over since ${utc(asks.until)} UTC`;
  return printable(`${asks.what} ${sums}, ${manyText(asks.kept)} kept; ${until}`);
}
