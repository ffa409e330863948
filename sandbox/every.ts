import { reasonOf } from '../src/platform/problem.ts';

/** Runs a step at once and then each period, never two at a time. Returns its stop, which waits for a step under way. */
export function everyMs(periodMs: number, step: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  const run = (): void => {
    running ??= step()
      .catch((error: unknown) => console.error(`sandbox: ${reasonOf(error)}`))
      .finally(() => (running = undefined));
  };
  const timer = setInterval(run, periodMs);
  run();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
