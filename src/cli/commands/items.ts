import type { Command } from 'commander';
import { manyText } from '../../domain/count-text.ts';
import { moneyText } from '../../domain/money.ts';
import { allPages } from '../all-pages.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { printHalts } from '../halts-on-top.ts';
import { table } from '../text/table.ts';
import { ItemPage } from '../views.ts';

interface Options extends ConnectionOptions {
  readonly find?: string;
  readonly json?: boolean;
}

/** `belay items <gate>`: what an approval over many is about, one by one. */
export function register(program: Command): void {
  withConnection(program.command('items'))
    .description('list every item of an approval over many, and what became of it')
    .argument('<gate>', 'id of the approval')
    .option('--find <words>', 'only those that have all of these words, also in what became of them')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: Options) => {
      const client = clientFor(options);
      const path = `/api/gates/${encodeURIComponent(id)}/items`;
      const pages = await allPages(client, path, options.find === undefined ? {} : { q: options.find }, ItemPage);
      const items = pages.flatMap((page) => page.items);
      if (options.json) return console.log(JSON.stringify({ items, total: pages[0].total }));
      await printHalts(client);
      if (items.length === 0) return console.log('None.');
      const rows = items.map((item) => [
        item.action,
        item.connection,
        item.owner ?? '',
        item.money ? moneyText(item.money) : 'no price',
        item.why ? `${item.fate}: ${item.why}` : item.fate,
        item.sentence,
      ]);
      console.log(table(['ACTION', 'CONNECTION', 'OWNER', 'A MONTH', 'STATE', 'WHAT'], rows));
      console.log(`\n${manyText(items.length)} items. Take some out with: belay approve ${id} --without <action> …`);
    });
}
