import { type DoctorLine, note, ok } from '../../domain/doctor-line.ts';
import { tickAfter } from '../../intake/schedules/ticks.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { knownRunbooks } from './bundle-offline.ts';
import { scheduleTable } from './schedule-table.ts';

/** Whether the schedule file holds, and what is due first. @throws CliError with all problems. */
export async function scheduleLine(
  configuration: Pick<Configuration, 'BELAY_SCHEDULES'>,
  now = new Date(),
): Promise<Omit<DoctorLine, 'what'>> {
  if (configuration.BELAY_SCHEDULES === undefined) return note('none; BELAY_SCHEDULES names a file');
  const { schedules } = await scheduleTable(configuration, await knownRunbooks());
  const due = schedules
    .flatMap((schedule) => {
      const tick = tickAfter(schedule, now);
      return tick ? [{ name: schedule.name, tick }] : [];
    })
    .toSorted((a, b) => a.tick.getTime() - b.tick.getTime());
  const first = due[0] ? `; next is ${due[0].name} at ${due[0].tick.toISOString()}` : '';
  return ok(`${schedules.length} hold${first}`);
}
