/** Two signals closer than this are one key press: the terminal sends Ctrl-C to the launcher too, which passes it on. */
const SAME_PRESS_MS = 500;

/** How a process is asked to stop. */
export interface StopRequest {
  /** Resolves, with the reason, at the first request: Ctrl-C, SIGTERM, SIGHUP, or the launcher being gone. */
  readonly requested: Promise<string>;
  /** Stops listening. */
  close(): void;
}

/** Listens for the request to stop. A second one, later than the same key press, calls `onImpatience`. */
export function stopRequested(onImpatience: () => void): StopRequest {
  const { promise, resolve } = Promise.withResolvers<string>();
  let first: number | undefined;
  const ask = (reason: string): void => {
    if (first === undefined) {
      first = Date.now();
      resolve(reason);
    } else if (Date.now() - first > SAME_PRESS_MS) onImpatience();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals): void => ask(signal);
  const onDisconnect = (): void => ask('the launcher is gone');
  for (const signal of signals) process.on(signal, onSignal);
  process.on('disconnect', onDisconnect);
  // Listening to the launcher is no reason to stay alive.
  process.channel?.unref();
  return {
    requested: promise,
    close: () => {
      for (const signal of signals) process.off(signal, onSignal);
      process.off('disconnect', onDisconnect);
    },
  };
}
