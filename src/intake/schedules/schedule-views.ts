import { z } from 'zod';
import type { AuthorityContext } from '../../authority/context.ts';
import { lastScheduled } from '../../authority/runs/last-scheduled.ts';
import { RunMode, RunState } from '../../domain/run.ts';
import { readMarks } from './marks.ts';
import type { Schedule } from './schedule-file.ts';
import { tickAfter } from './ticks.ts';

/** A schedule as every view shows it. */
export const ScheduleView = z.object({
  name: z.string(),
  runbook: z.string(),
  cron: z.string(),
  timezone: z.string(),
  mode: RunMode,
  /** Null where nothing is due any more. */
  next: z.iso.datetime().nullable(),
  last: z
    .object({ run: z.string(), tick: z.iso.datetime(), state: RunState, outcome: z.string().nullable() })
    .nullable(),
  /** The latest tick that was not started, with why. */
  missed: z.object({ tick: z.iso.datetime(), why: z.string() }).nullable(),
});
export type ScheduleView = z.infer<typeof ScheduleView>;

/** The schedules, with what they started last, what they missed and when they are due next. */
export async function scheduleViews(
  context: Pick<AuthorityContext, 'db' | 'now'>,
  schedules: readonly Schedule[],
): Promise<ScheduleView[]> {
  const names = schedules.map(({ name }) => name);
  if (names.length === 0) return [];
  const [last, marks] = await Promise.all([lastScheduled(context, names), readMarks(context.db, names)]);
  return schedules.map((schedule) => {
    const { name, runbook, cron, timezone, mode } = schedule;
    const missed = marks.get(name)?.missed;
    const started = last.get(name) ?? null;
    const tick = missed?.at.toISOString();
    return {
      name,
      runbook,
      cron,
      timezone,
      mode,
      next: tickAfter(schedule, context.now())?.toISOString() ?? null,
      last: started,
      // What was started after it has made up for it.
      missed: missed && tick !== undefined && !(started && started.tick > tick) ? { tick, why: missed.why } : null,
    };
  });
}
