import { z } from 'zod';
import { JsonObject } from '../../domain/json.ts';
import { RunMode } from '../../domain/run.ts';
import { nameOfFile, parseLined, readText } from '../lined-yaml.ts';
import { tickAfter } from './ticks.ts';

/** Five fields; croner itself also takes seconds, years, dates and nicknames such as `@daily`. */
const FIVE_FIELDS = /^\S+( +\S+){4}$/;

const timezone = z.string().refine(isZone, 'is no time zone; one is called as Europe/Berlin or UTC');

const ScheduleEntry = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'is no name: lower-case letters, digits and "-", at most 60 of them'),
    runbook: z.string().min(1),
    cron: z.string().regex(FIVE_FIELDS, 'has not five fields: minute hour day month weekday'),
    timezone,
    mode: RunMode.default('observe'),
    input: JsonObject.default({}),
  })
  .superRefine(({ cron, timezone: zone }, context) => {
    if (!FIVE_FIELDS.test(cron) || !isZone(zone)) return;
    const problem = cronProblem(cron);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['cron'], message: problem });
  });

const ScheduleFile = z
  .strictObject({ schedules: z.array(ScheduleEntry).max(200) })
  .superRefine(({ schedules }, context) => {
    for (const [at, { name }] of schedules.entries())
      if (schedules.findIndex((one) => one.name === name) < at)
        context.addIssue({ code: 'custom', path: ['schedules', at, 'name'], message: `"${name}" is there twice` });
  });

/** Which runbook starts when, and where that stands in its file. */
export type Schedule = z.output<typeof ScheduleEntry> & { readonly line: number };

/** The schedules of a place. `file` is for messages. */
export interface ScheduleTable {
  readonly file: string;
  readonly schedules: readonly Schedule[];
}

/** Reads a schedule file from disk. @throws Failure stop.invalid-input with all problems */
export function readSchedules(file: string): ScheduleTable {
  const name = nameOfFile(file);
  return parseSchedules(readText(file, name), name);
}

/** Parses a schedule file. @throws Failure stop.invalid-input with every problem, each with its line and field */
export function parseSchedules(text: string, file: string): ScheduleTable {
  const { value, lineOf } = parseLined(text, file, ScheduleFile);
  return { file, schedules: value.schedules.map((one, at) => ({ ...one, line: lineOf(['schedules', at]) })) };
}

function isZone(zone: string): boolean {
  try {
    // Offsets such as +02:00 are zones to Intl, and know no summer.
    return /^[A-Za-z]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }).format() !== '';
  } catch {
    return false;
  }
}

function cronProblem(cron: string): string | undefined {
  try {
    const never = tickAfter({ cron, timezone: 'UTC' }, new Date(0)) === undefined;
    return never ? 'is never due' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'is no cron expression';
  }
}
