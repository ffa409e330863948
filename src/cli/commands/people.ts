import type { Command } from 'commander';
import { PeopleView } from '../../authority/people/people-view.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { peoplePage } from '../text/people-page.ts';

/** `belay people` */
export function register(program: Command): void {
  withConnection(program.command('people'))
    .description('list people, their groups, and who may decide now')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const answer = await clientFor(options).get('/api/people', PeopleView);
      console.log(options.json ? JSON.stringify(answer) : peoplePage(answer));
    });
}
