import type { SocketModeReceiver } from '@slack/bolt';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

/** Pauses between attempts, in milliseconds; the last one repeats. */
const PAUSES = [1_000, 2_000, 5_000, 15_000, 30_000] as const;

/**
 * Keeps a Socket Mode connection. The client's own reconnect leaves a rejected promise behind when the network is gone,
 * which would end the process, so it is switched off and this does the work. Returns its stop.
 */
export function keepConnected(receiver: SocketModeReceiver, log: Log): () => Promise<void> {
  const stopped = new AbortController();
  const { client } = receiver;
  const run = async (): Promise<void> => {
    for (let failures = 0; !stopped.signal.aborted; failures += 1) {
      try {
        await client.start();
        failures = 0;
        log.info('Slack: Socket Mode is connected');
        await new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
        log.info('Slack: Socket Mode was disconnected; connecting again');
      } catch (error) {
        if (stopped.signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        if (failures <= 1) log.warn(`Slack: Socket Mode does not connect (${why}); trying again in the background`);
      }
      const pause = PAUSES[Math.min(failures, PAUSES.length - 1)];
      await sleep(pause, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = run();
  return async () => {
    stopped.abort();
    await client.disconnect().catch(() => undefined);
    await running;
  };
}
