import { Cron } from 'croner';

/** The most missed ticks that are counted; more are as bad. */
const MOST_COUNTED = 100;
/** A tick that was missed for longer is said and not started: what it was for is over. Milliseconds. */
const STILL_WORTH_MS = 24 * 3600_000;

/** When something is due: five cron fields (minute hour day month weekday), read in a time zone. */
export interface Timetable {
  readonly cron: string;
  /** IANA, such as `Europe/Berlin`. */
  readonly timezone: string;
}

/**
 * A tick that does not exist, as the clock was put forward over it, is due at the moment it was put forward; one that
 * exists twice is due at the first. What is due every so many minutes or hours goes on in real time. As cron does.
 */
const cronOf = ({ cron, timezone }: Timetable): Cron => new Cron(cron, { timezone, mode: '5-part', paused: true });

/** The first tick after `at`; undefined where there is none any more, as on 30 February. @throws Error for a wrong one */
export const tickAfter = (timetable: Timetable, at: Date): Date | undefined =>
  cronOf(timetable).nextRun(at) ?? undefined;

/** What is due of a stretch of time: at most one tick to start, and those that are not started any more, latest first. */
export interface Due {
  readonly tick: Date | undefined;
  /** At most `MOST_COUNTED`. */
  readonly missed: readonly Date[];
}

/**
 * The latest tick after `after` and not after `now`, if it is still worth starting. What was due before it is missed:
 * several at once would do the same work several times.
 */
export function dueBetween(timetable: Timetable, after: Date, now: Date): Due {
  const cron = cronOf(timetable);
  const first = cron.nextRun(after);
  // So it is nearly always, and looking back is dearer.
  if (first === null || first > now) return { tick: undefined, missed: [] };
  const ticks: Date[] = [];
  // Asked for what is before a moment, it gives nothing of that moment itself.
  for (let before = new Date(now.getTime() + 1); ticks.length < MOST_COUNTED;) {
    const [at] = cron.previousRuns(1, before);
    if (at === undefined || at <= after) break;
    ticks.push(at);
    before = at;
  }
  const [latest] = ticks;
  if (latest === undefined || now.getTime() - latest.getTime() >= STILL_WORTH_MS)
    return { tick: undefined, missed: ticks };
  return { tick: latest, missed: ticks.slice(1) };
}
