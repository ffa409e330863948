import type { Command } from 'commander';
import pc from 'picocolors';
import { ConfigurationError, readConfiguration } from '../../platform/configuration/configuration.ts';
import { reasonOf } from '../../platform/problem.ts';
import { apiClient } from '../client.ts';
import { bad, type DoctorLine, note, ok } from '../../domain/doctor-line.ts';
import { printable } from '../text/table.ts';
import { DoctorLines, LedgerReport } from '../views.ts';

/** What the running Belay, if there is one to be reached from here, finds of itself, and whether its ledger holds. */
async function running(options: { data?: string; url?: string }): Promise<DoctorLine[]> {
  try {
    const client = apiClient(options);
    const report = await client.get('/api/ledger/verify', LedgerReport);
    const text = `${report.entries} entries of ${report.runs} runs ${report.ok ? 'hold' : 'do not hold; belay ledger verify'}`;
    const { findings } = await client.get('/api/doctor', DoctorLines);
    return [{ what: 'ledger', ...(report.ok ? ok(text) : bad(text)) }, ...findings];
  } catch (error) {
    return [{ what: 'server', ...note(reasonOf(error)) }];
  }
}

const MARKS = { ok: pc.green('✓'), bad: pc.red('✗'), note: pc.dim('·') };

/** `belay doctor` */
export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'check configuration and parts, and what a running Belay says of halts, policy, people, keys and ledger',
    )
    .option('--data <folder>', 'data folder of the Belay to ask about its ledger (BELAY_DATA, .belay)')
    .option('--url <url>', 'its address, when it is elsewhere')
    .option('--json', 'print the findings as JSON')
    .action(async (options: { data?: string; url?: string; json?: boolean }) => {
      const findings: DoctorLine[] = [];
      try {
        const configuration = readConfiguration(process.env);
        const { doctorLines } = await import('../doctor.ts');
        findings.push(
          { what: 'configuration', ...ok('holds') },
          ...(await doctorLines(configuration)),
          ...(await running(options)),
        );
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        findings.push(...error.problems.map((problem) => ({ what: 'configuration', ...bad(problem) })));
      }
      if (options.json) console.log(JSON.stringify({ findings }));
      else
        for (const { what, how, text } of findings) console.log(`${MARKS[how]} ${what.padEnd(14)}${printable(text)}`);
      if (findings.some(({ how }) => how === 'bad')) process.exitCode = 1;
    });
}
