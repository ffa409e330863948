import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../../platform/problem.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { scopeFrom, SCOPE_HELP } from '../scope-option.ts';
import { scopeLine } from '../text/halt-lines.ts';
import { printable, table } from '../text/table.ts';
import { minutes } from '../text/times.ts';

const Freeze = z.looseObject({
  id: z.string(),
  scope: z.looseObject({ kind: z.string(), value: z.string().optional() }),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
  by: z.looseObject({ name: z.string() }),
  liftedAt: z.string().nullish(),
});
const FreezeList = z.looseObject({ freezes: z.array(Freeze) });

interface Add extends ConnectionOptions {
  readonly scope: string;
  readonly name?: string;
  readonly from?: string;
  readonly to: string;
  readonly reason: string;
  readonly json?: boolean;
}

/** A moment in any form with a zone, or a local one of this machine. @throws CliError (exit 2) for what is none. */
function moment(option: string, text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new CliError(`${option} "${text}" is no moment; write it as 2026-12-24T18:00 or 2026-12-24T18:00:00Z.`, 2);
  return at.toISOString();
}

/** `belay freeze add|list|lift` */
export function register(program: Command): void {
  const freeze = program
    .command('freeze')
    .description('change freezes: times in which policy asks for more, or forbids');
  withConnection(freeze.command('add'))
    .description('add one; anyone who is signed in may')
    .option('--scope <scope>', SCOPE_HELP, 'all')
    .option('--name <name>', 'the name of the runbook or tool, or the lock key of the target')
    .option('--from <moment>', "when it begins (now); without a zone this machine's is meant")
    .requiredOption('--to <moment>', 'when it ends')
    .requiredOption('--reason <text>', 'why; it stands on every card it touches')
    .option('--json', 'print the answer as JSON')
    .action(async (options: Add) => {
      const from = options.from === undefined ? {} : { from: moment('--from', options.from) };
      const body = { scope: scopeFrom(options), ...from, to: moment('--to', options.to), reason: options.reason };
      const added = await clientFor(options).post('/api/freezes', body, Freeze);
      if (options.json) return console.log(JSON.stringify(added));
      console.log(
        `Freeze ${added.id} over ${printable(scopeLine(added.scope))} from ${minutes(added.from)} to ${minutes(added.to)}.`,
      );
    });

  withConnection(freeze.command('list'))
    .description("those in force and to come, calendars' among them")
    .option('--all', 'past ones too')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { all?: boolean; json?: boolean }) => {
      const answer = await clientFor(options).get(`/api/freezes${options.all ? '?past=true' : ''}`, FreezeList);
      if (options.json) return console.log(JSON.stringify(answer));
      if (answer.freezes.length === 0) return console.log('No change freezes.');
      const rows = answer.freezes.map(({ id, scope, from, to, by, reason, liftedAt }) => [
        id,
        scopeLine(scope),
        minutes(from),
        liftedAt ? `lifted ${minutes(liftedAt)}` : minutes(to),
        by.name,
        reason,
      ]);
      console.log(table(['FREEZE', 'OVER', 'FROM', 'TO', 'BY', 'WHY'], rows));
    });

  withConnection(freeze.command('lift'))
    .description('end one before its time; takes somebody who may resume after a halt')
    .argument('<freeze>', 'its id, such as f-7k2m9q')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: ConnectionOptions & { json?: boolean }) => {
      const answer = await clientFor(options).post(`/api/freezes/${encodeURIComponent(id)}/lift`, {}, z.unknown());
      console.log(options.json ? JSON.stringify(answer) : `Freeze ${id} is over.`);
    });
}
