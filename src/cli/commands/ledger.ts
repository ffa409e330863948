import type { Command } from 'commander';
import pc from 'picocolors';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { printable } from '../text/table.ts';
import { LedgerReport } from '../views.ts';

/** `belay ledger verify` */
export function register(program: Command): void {
  const ledger = program.command('ledger').description('the record of who decided what, and what was done');
  withConnection(ledger.command('verify'))
    .description('check every chain and every signature')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const report = await clientFor(options).get('/api/ledger/verify', LedgerReport);
      if (options.json) console.log(JSON.stringify(report));
      else console.log(reportText(report));
      if (!report.ok) process.exitCode = 1;
    });
}

/** The report in words, what the check cannot show included. */
function reportText(report: LedgerReport): string {
  const size = `${report.entries} entries of ${report.runs} runs`;
  return [
    report.ok ? `${pc.green('The ledger holds:')} ${size}.` : `${pc.red('The ledger does not hold:')} ${size}.`,
    ...report.problems.map((line) => `  ${pc.red('✗')} ${printable(line)}`),
    ...report.caveats.map((line) => `  ${pc.dim(printable(line))}`),
  ].join('\n');
}
