import type { SocketModeReceiver } from '@slack/bolt';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

/** Pauses between attempts, in milliseconds; the last one repeats. */
const PAUSES = [1_000, 2_000, 5_000, 15_000, 30_000] as const;

/** How long a stop waits for Slack to say goodbye. Milliseconds. */
const GOODBYE = 1_000;

/**
 * Keeps a Socket Mode connection. The client's own reconnect leaves a rejected promise behind when the network is gone,
 * which would end the process, so it is switched off and this does the work. Returns its stop, also good while connecting.
 */
export function keepConnected({ client }: SocketModeReceiver, log: Log): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const disconnect = (): Promise<unknown> => client.disconnect().catch(() => undefined);

  const connectOnce = async (): Promise<void> => {
    const gone = new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
    const started = client.start();
    await Promise.race([started, stopped]);
    if (signal.aborted) {
      // It may still get through, after the goodbye below found nothing to close.
      started.then(disconnect, () => undefined);
      return;
    }
    log.info('Slack: Socket Mode is connected');
    await Promise.race([gone, stopped]);
    if (!signal.aborted) log.info('Slack: Socket Mode was disconnected; connecting again');
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await connectOnce();
        failures = 0;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (failures <= 1) log.warn(`Slack: Socket Mode does not connect (${why}); trying again in the background`);
      }
      const pause = PAUSES[Math.min(failures, PAUSES.length - 1)];
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const running = run();

  return async () => {
    stopping.abort();
    await running;
    await Promise.race([disconnect(), sleep(GOODBYE, undefined, { ref: false })]);
  };
}
