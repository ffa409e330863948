import type { Command } from 'commander';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { scopeFrom, SCOPE_HELP } from '../scope-option.ts';
import { haltsBanner, HaltList, scopeLine } from '../text/halt-lines.ts';
import { printable } from '../text/table.ts';

interface Options extends ConnectionOptions {
  readonly scope: string;
  readonly name?: string;
  readonly undo?: boolean;
  readonly reason?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

const One = HaltList.shape.halts.element;

/** `belay halt`: everything, or one runbook, tool or target. */
export function register(program: Command): void {
  withConnection(program.command('halt'))
    .description('stop what would begin, now; without --reason, show what is halted')
    .option('--scope <scope>', SCOPE_HELP, 'all')
    .option('--name <name>', 'the name of the runbook or tool, or the lock key of the target')
    .option('--undo', 'also cancel open runs that changed something under it, which takes it back')
    .option('--reason <text>', 'why; it stands on every screen until it is resumed')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      [
        '',
        '  belay halt --reason "checkout is worse since the rollback"',
        '  belay halt --scope tool:kubernetes.scale --reason "scaled the wrong way"',
        '  belay halt --scope target --name kubernetes:<cluster>/shop --undo --reason "not during the sale"',
        '',
        'When it has answered, nothing it covers is begun any more. Anyone who is signed in may; going on takes',
        'whom policy names: belay resume.',
      ].join('\n'),
    )
    .action(async (options: Options) => {
      const client = clientFor(options);
      if (options.reason === undefined && options.name === undefined && options.scope === 'all' && !options.undo) {
        const { halts } = await client.get('/api/halts', HaltList);
        console.log(options.json ? JSON.stringify({ halts }) : (haltsBanner(halts) ?? 'Nothing is halted.'));
        return;
      }
      const scope = scopeFrom(options);
      const body = { scope, undo: options.undo ?? false, reason: options.reason ?? '' };
      const halt = await client.post('/api/halt', body, One);
      if (options.json) return console.log(JSON.stringify(halt));
      console.log(
        `Halted ${printable(scopeLine(halt.scope))} (${halt.id}). Nothing it covers begins until: belay resume ${halt.id}`,
      );
      if (halt.undo) console.log('What open runs under it did is being taken back; follow them with: belay runs');
    });
}
