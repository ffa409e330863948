import type { AuthorityContext } from '../../authority/context.ts';
import type { Doors } from '../../authority/doors.ts';
import type { Person } from '../../domain/person.ts';
import { lookedAt, type Mark, marksOf } from './marks.ts';
import type { Schedule } from './schedule-file.ts';
import { dueBetween } from './ticks.ts';

/** Marks further ahead than this are of a clock that was wrong; servers' clocks differ by less. Milliseconds. */
const AHEAD_MS = 60_000;

/** Says what people may want to know of a schedule. */
export interface ScheduleLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SchedulerParts {
  readonly context: Pick<AuthorityContext, 'db' | 'now'>;
  readonly doors: Pick<Doors, 'start'>;
  readonly schedules: readonly Schedule[];
  readonly log: ScheduleLog;
}

/** Who asks for what a schedule starts. */
export const schedulePerson = (name: string): Person => ({
  id: `schedule:${name}`,
  name: `schedule ${name}`,
  door: 'schedule',
});

/** Starts one tick: the first time that anybody asks, whichever server it is. Why it was not, in words, where it cannot be. */
async function start({ doors, log }: SchedulerParts, schedule: Schedule, at: Date): Promise<string | undefined> {
  const { name, runbook, mode, input } = schedule;
  const tick = at.toISOString();
  const request = { runbook, input, mode, schedule: { name, tick } };
  const answer = await doors.start(request, schedulePerson(name), `${name}@${tick}`);
  switch (answer.answer) {
    case 'registered':
      log.info({ schedule: name, tick, run: answer.run }, 'a scheduled run is started');
      return undefined;
    case 'known':
    // Another server had another file meanwhile; the tick was started all the same.
    case 'key-reused':
      return undefined;
    case 'unknown-runbook':
      return answer.message;
    case 'invalid':
      return answer.problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
  }
}

async function lookAt(parts: SchedulerParts, schedule: Schedule, mark: Mark, now: Date): Promise<void> {
  const { log } = parts;
  const { name } = schedule;
  const back = mark.lookedUntil.getTime() > now.getTime() + AHEAD_MS;
  if (back)
    log.warn({ schedule: name, until: mark.lookedUntil }, 'the clock was put back; ticks are counted from now again');
  const { tick, missed: over } = back ? { tick: undefined, missed: [] } : dueBetween(schedule, mark.lookedUntil, now);
  const refused = tick && (await start(parts, schedule, tick));
  const latest = over[0];
  const missed =
    tick && refused !== undefined
      ? { at: tick, why: refused }
      : latest
        ? { at: latest, why: 'no server looked at it in time' }
        : null;
  if (missed)
    log.warn({ schedule: name, tick: missed.at, of: over.length, why: missed.why }, 'a scheduled run was not started');
  // Last: whatever fails before is done again, and what was started already is known by its tick.
  await lookedAt(parts.context.db, name, { until: now, missed, back });
}

/**
 * Starts what is due since somebody last looked. One that cannot be started keeps none of the others, and is tried again
 * where nobody answered. @throws AggregateError naming those
 */
export async function lookAtSchedules(parts: SchedulerParts): Promise<void> {
  const { schedules, context } = parts;
  const now = context.now();
  const marks = await marksOf(
    context.db,
    schedules.map(({ name }) => name),
    now,
  );
  const failures: unknown[] = [];
  for (const schedule of schedules) {
    const mark = marks.get(schedule.name);
    if (mark) await lookAt(parts, schedule, mark, now).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, 'some schedules could not be looked at');
}
