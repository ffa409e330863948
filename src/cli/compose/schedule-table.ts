import { checkSchedules } from '../../intake/schedules/check-schedules.ts';
import { readSchedules, type ScheduleTable } from '../../intake/schedules/schedule-file.ts';
import type { Manifest } from '../../domain/manifest.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';

/** The schedules of this place; none without a file. @throws CliError (exit 2) with every problem, each with its line */
export async function scheduleTable(
  { BELAY_SCHEDULES: file }: Pick<Configuration, 'BELAY_SCHEDULES'>,
  manifest: Pick<Manifest, 'runbooks'>,
): Promise<ScheduleTable> {
  if (file === undefined) return { file: 'none', schedules: [] };
  try {
    const table = readSchedules(file);
    await checkSchedules(table, manifest);
    return table;
  } catch (error) {
    const lines = (error instanceof Error ? error.message : reasonOf(error)).split('\n');
    throw new CliError(`BELAY_SCHEDULES does not hold:\n${lines.map((line) => `  ${line}`).join('\n')}`, 2, {
      cause: error,
    });
  }
}
