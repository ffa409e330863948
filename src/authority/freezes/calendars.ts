import ms from 'ms';
import type { Freeze } from '../../domain/halt.ts';
import { reasonOf } from '../../platform/problem.ts';
import { occurrencesIn, type Occurrence } from './occurrences.ts';
import { readCalendar } from './read-calendar.ts';

const EVERY_MS = ms('5m');
/** A calendar that was last read longer ago than this says nothing of now. */
const MAX_AGE_MS = ms('1h');
/** How far ahead occurrences are worked out at each reading; far beyond the maximum age. */
const AHEAD_MS = ms('90d');

/** Change freezes that calendars tell of, from memory: asking costs nothing and never waits for a network. */
export interface Calendars {
  /** Names of what is in force at a moment. A calendar that cannot be relied on is one of them, over everything. */
  namesAt(now: Date): string[];
  /** What is in force or to come within three months, as views show it. */
  comingFrom(now: Date): Freeze[];
}

interface Kept {
  readonly name: string;
  occurrences: readonly Occurrence[];
  readAt: Date | undefined;
  problem: string | undefined;
}

/** How a calendar is called: its host or file, never its address, which is often the secret that opens it. */
export const calendarName = (place: string): string =>
  URL.canParse(place) ? `calendar at ${new URL(place).host}` : `calendar ${place.split('/').at(-1)}`;

/** Why a calendar cannot be relied on now; undefined when it can. */
function doubtOf({ readAt, problem }: Kept, now: Date): string | undefined {
  if (readAt !== undefined && now.getTime() - readAt.getTime() <= MAX_AGE_MS) return undefined;
  return problem ?? (readAt === undefined ? 'it was not read yet' : `it was last read at ${readAt.toISOString()}`);
}

/**
 * Reads calendars now and every five minutes. One whose content cannot be understood counts as a freeze over everything
 * at once; one that does not answer does so when its last reading is an hour old.
 */
export function startCalendars(options: {
  readonly places: readonly string[];
  readonly now: () => Date;
  readonly onError: (calendar: string, error: unknown) => void;
  readonly read?: (place: string) => Promise<string>;
}): Calendars & { refresh(): Promise<void>; stop(): void } {
  const { places, now, onError, read = readCalendar } = options;
  const kept = places.map((place): { place: string; state: Kept } => ({
    place,
    state: { name: calendarName(place), occurrences: [], readAt: undefined, problem: undefined },
  }));

  async function refreshOne({ place, state }: { place: string; state: Kept }): Promise<void> {
    let understood = true;
    try {
      const text = await read(place);
      understood = false;
      const at = now();
      const occurrences = occurrencesIn(text, at, new Date(at.getTime() + AHEAD_MS));
      Object.assign(state, { occurrences, readAt: at, problem: undefined });
    } catch (error) {
      if (state.problem !== reasonOf(error)) onError(state.name, error);
      state.problem = reasonOf(error);
      if (!understood) state.readAt = undefined;
    }
  }
  const refresh = async () => {
    await Promise.all(kept.map(refreshOne));
  };
  const timer = setInterval(() => void refresh(), EVERY_MS);
  timer.unref();
  void refresh();

  return {
    refresh,
    stop: () => clearInterval(timer),
    namesAt: (at) =>
      kept.flatMap(({ state }) => {
        const doubt = doubtOf(state, at);
        if (doubt !== undefined) return [`the ${state.name} cannot be relied on (${doubt})`];
        return state.occurrences
          .filter(({ from, to }) => from <= at && at < to)
          .map(({ summary }) => `${summary} (${state.name})`);
      }),
    comingFrom: (at) =>
      kept.flatMap(({ state }) => {
        const by = {
          id: `calendar:${state.name.replaceAll(' ', '-')}`,
          name: `the ${state.name}`,
          door: 'schedule' as const,
        };
        const freeze = (id: string, reason: string, from: Date, to: Date): Freeze => ({
          id,
          reason,
          by,
          scope: { kind: 'all' },
          liftedAt: null,
          source: 'calendar',
          from: from.toISOString(),
          to: to.toISOString(),
        });
        const doubt = doubtOf(state, at);
        if (doubt !== undefined)
          return [freeze(state.name, `it cannot be relied on (${doubt})`, at, new Date(at.getTime() + EVERY_MS))];
        return state.occurrences
          .filter(({ to }) => to > at)
          .map(({ id, summary, from, to }) => freeze(id, summary, from, to));
      }),
  };
}
