/** Two requests by the same way that are closer than this are one key press: npm passes on what the terminal sent already. */
const SAME_PRESS_MS = 500;

/** What the launcher, `bin/belay.mjs`, is told: to pass signals on as messages, which cannot be taken for the terminal's. */
const [BY_MESSAGE, BY_SIGNAL] = ['belay: stop by message', 'belay: stop by signal'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How a process is asked to stop. */
export interface StopRequest {
  /** Resolves, with the reason, at the first request: Ctrl-C, SIGTERM, SIGHUP, or the launcher being gone. */
  readonly requested: Promise<string>;
  /** Stops listening. */
  close(): void;
}

const tellLauncher = (words: string | undefined): void => {
  // It may be gone, or be another program that does not listen.
  if (process.connected) process.send?.(words, undefined, undefined, () => undefined);
};

/**
 * Listens for the request to stop. A second one, later than the same key press, calls `onImpatience`. Ctrl-C in a terminal
 * comes by two ways, straight and from the launcher, the latter on a busy machine seconds later: each way is counted alone.
 */
export function stopRequested(onImpatience: () => void): StopRequest {
  const { promise, resolve } = Promise.withResolvers<string>();
  const way = (): ((reason: string) => void) => {
    let first: number | undefined;
    return (reason) => {
      first ??= Date.now();
      resolve(reason);
      if (Date.now() - first > SAME_PRESS_MS) onImpatience();
    };
  };
  const onSignal = way();
  const passedOn = way();
  const onMessage = (message: unknown): void => {
    if (SIGNALS.some((signal) => signal === message)) passedOn(String(message));
  };
  const onDisconnect = (): void => resolve('the launcher is gone');
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('message', onMessage);
  process.on('disconnect', onDisconnect);
  // Listening to the launcher is no reason to stay alive.
  process.channel?.unref();
  tellLauncher(BY_MESSAGE);
  return {
    requested: promise,
    close: () => {
      tellLauncher(BY_SIGNAL);
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.off('message', onMessage);
      process.off('disconnect', onDisconnect);
    },
  };
}
