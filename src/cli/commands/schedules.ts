import type { Command } from 'commander';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { printHalts } from '../halts-on-top.ts';
import { table } from '../text/table.ts';
import { inZone, utc } from '../text/times.ts';
import { ScheduleList } from '../views.ts';

/** `belay schedules` */
export function register(program: Command): void {
  withConnection(program.command('schedules'))
    .description('list what starts by itself: when it is due next, and what it started last')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const client = clientFor(options);
      const answer = await client.get('/api/schedules', ScheduleList);
      if (options.json) return console.log(JSON.stringify(answer));
      await printHalts(client);
      const { schedules } = answer;
      if (schedules.length === 0)
        return console.log('Nothing starts by itself; BELAY_SCHEDULES names a file that says what does.');
      const rows = schedules.map(({ name, runbook, mode, timezone, next, last }) => [
        name,
        runbook,
        mode ?? '',
        next ? `${inZone(next, timezone)} ${timezone}` : 'never again',
        next ? utc(next) : '',
        last ? `${last.run} ${last.outcome ?? last.state}, ${utc(last.tick)}` : 'none yet',
      ]);
      console.log(table(['NAME', 'RUNBOOK', 'MODE', 'NEXT', 'NEXT, UTC', 'LAST RUN'], rows));
      for (const { name, missed } of schedules)
        if (missed) console.log(`\n${name}: what was due at ${utc(missed.tick)} UTC was not started: ${missed.why}`);
    });
}
