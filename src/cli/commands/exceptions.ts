import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../../platform/problem.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { printable, table } from '../text/table.ts';
import { minutes } from '../text/times.ts';

const Exception = z.looseObject({
  id: z.string(),
  state: z.string(),
  resource: z.string(),
  check: z.string().nullish(),
  runbook: z.string().nullish(),
  owner: z.string(),
  reason: z.string(),
  control: z.string(),
  until: z.string(),
  gate: z.string().nullish(),
});
const ExceptionList = z.looseObject({ exceptions: z.array(Exception) });

interface Request extends ConnectionOptions {
  readonly check?: string;
  readonly runbook?: string;
  readonly owner: string;
  readonly reason: string;
  readonly control: string;
  readonly until: string;
  readonly json?: boolean;
}

/** The end of a day, or a moment. @throws CliError (exit 2) for what is none. */
function endOf(text: string): string {
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.000Z` : text);
  if (Number.isNaN(at.getTime()))
    throw new CliError(`--until "${text}" is no day or moment; write it as 2026-12-24 or 2026-12-24T18:00:00Z.`, 2);
  return at.toISOString();
}

/** `belay exceptions request|list|revoke` */
export function register(program: Command): void {
  const exceptions = program
    .command('exceptions')
    .description('what may stay as it is although a check or a runbook objects, until when, and who answers for it');
  withConnection(exceptions.command('request'))
    .description('ask for one; it is in force when its gate is approved')
    .argument('<resource>', 'its canonical key, such as aws:111122223333/eu-west-1/bucket/logs')
    .option('--check <id>', 'the check it is excepted from')
    .option('--runbook <name>', 'the runbook that leaves it alone')
    .requiredOption('--owner <who>', 'who answers for it')
    .requiredOption('--reason <text>', 'why it may stay as it is')
    .requiredOption('--control <text>', 'what keeps the risk small meanwhile')
    .requiredOption('--until <day>', 'when it ends, at most a year away')
    .option('--json', 'print the answer as JSON')
    .action(async (resource: string, options: Request) => {
      const { check, runbook, owner, reason, control, until } = options;
      const about = { ...(check ? { check } : {}), ...(runbook ? { runbook } : {}) };
      const body = { resource, ...about, owner, reason, control, until: endOf(until) };
      const asked = await clientFor(options).post('/api/exceptions', body, Exception);
      if (options.json) return console.log(JSON.stringify(asked));
      console.log(
        `Exception ${asked.id} is asked for until ${minutes(asked.until)}. Approve it with: belay approve ${asked.gate}`,
      );
    });

  withConnection(exceptions.command('list'))
    .description('those that are asked for or in force')
    .option('--all', 'past ones too')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { all?: boolean; json?: boolean }) => {
      const path = `/api/exceptions${options.all ? '?past=true' : ''}`;
      const answer = await clientFor(options).get(path, ExceptionList);
      if (options.json) return console.log(JSON.stringify(answer));
      if (answer.exceptions.length === 0) return console.log('No exceptions.');
      const rows = answer.exceptions.map((one) => [
        one.id,
        one.state,
        one.resource,
        [one.check, one.runbook].filter(Boolean).join(', '),
        minutes(one.until),
        one.owner,
        one.reason,
        one.control,
      ]);
      console.log(table(['EXCEPTION', 'STATE', 'RESOURCE', 'FROM', 'UNTIL', 'OWNER', 'WHY', 'MEANWHILE'], rows));
    });

  withConnection(exceptions.command('revoke'))
    .description('end one before its time, or take its request back; what it covered is found again')
    .argument('<exception>', 'its id, such as x-7k2m9q')
    .requiredOption('--reason <text>', 'why')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: ConnectionOptions & { reason: string; json?: boolean }) => {
      const path = `/api/exceptions/${encodeURIComponent(id)}/revoke`;
      const answer = await clientFor(options).post(path, { reason: options.reason }, z.unknown());
      console.log(options.json ? JSON.stringify(answer) : `Exception ${printable(id)} is over.`);
    });
}
