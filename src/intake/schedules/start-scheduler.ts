import { lookAtSchedules, type SchedulerParts } from './look.ts';

/** Ticks are whole minutes: what is due starts within this. Milliseconds. */
const EVERY_MS = 10_000;

/**
 * Looks at the schedules now and again until stopped. An unreachable database is no news: the next look finds what was
 * due meanwhile. Resolves from `stop` once a look that is under way has ended.
 */
export function startScheduler(
  parts: SchedulerParts,
  onError: (error: unknown) => void,
  everyMs = EVERY_MS,
): { stop(): Promise<void> } {
  let looking: Promise<void> | undefined;
  const look = () => {
    looking ??= lookAtSchedules(parts)
      .catch(onError)
      .finally(() => (looking = undefined));
  };
  if (parts.schedules.length === 0) return { stop: async () => undefined };
  look();
  const timer = setInterval(look, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
