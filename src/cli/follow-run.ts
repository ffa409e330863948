import { EventSourceParserStream } from 'eventsource-parser/stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './client.ts';

export interface RunEvent {
  readonly name: string;
  readonly data: unknown;
}

const RETRY_MS = 1000;

/**
 * A run's events as they happen, until the run is over. When the stream breaks (Belay restarts) it is resumed after the
 * last event that came; the first connection failing is the caller's `CliError`, later ones are waited out.
 */
export async function* followRun(
  client: ApiClient,
  path: string,
  isOver: () => Promise<boolean>,
): AsyncGenerator<RunEvent> {
  let last: string | undefined;
  for (let connected = false; ;) {
    try {
      const headers = { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }) };
      const response = await client.raw(`${path}/events`, { headers });
      connected = true;
      const events = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
      for await (const event of events ?? []) {
        if (event.id !== undefined) last = event.id;
        yield { name: event.event ?? 'message', data: parse(event.data) };
      }
      if (await isOver()) return;
    } catch (error) {
      if (!connected) throw error;
    }
    await sleep(RETRY_MS);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
