import { afterEach, describe, expect, test } from '@jest/globals';
import { createParser } from 'eventsource-parser';
import type { RunView, Step } from '../../src/authority/doors.ts';
import { RUN, run, step } from './fake-doors.ts';
import { AUTHORIZED, closeAll, HOST, startApi } from './start-api.ts';

afterEach(closeAll);

const URL = `/api/runs/${RUN}/events`;

interface Event {
  id?: string | undefined;
  event?: string | undefined;
  data: string;
}

function eventsIn(text: string): Event[] {
  const events: Event[] = [];
  createParser({ onEvent: (event) => events.push(event) }).feed(text);
  return events;
}

/** A run whose story the test writes: `add` a step, `end` it. */
function story() {
  const steps: Step[] = [step(1), step(2)];
  let view: RunView = run;
  const wakes = new Set<() => void>();
  const woken = () => wakes.forEach((wake) => wake());
  return {
    doors: {
      run: async (id: string) => (id === RUN ? view : undefined),
      steps: async (_: string, after = 0) => steps.filter(({ seq }) => seq > after),
    },
    add: (seq: number) => (steps.push(step(seq)), woken()),
    end: () => ((view = { ...run, state: 'finished', outcome: 'fixed' }), woken()),
    wakes,
    onRunChange: (_: string, wake: () => void) => {
      wakes.add(wake);
      return () => void wakes.delete(wake);
    },
  };
}

describe('the stream of a run', () => {
  test('that is over has every step, numbered, then the run, and ends', async () => {
    const { doors, end } = story();
    end();
    const { asAda } = await startApi({}, doors);
    const answer = await asAda({ url: URL });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const events = eventsIn(answer.body);
    expect(events.map(({ id, event }) => [id, event])).toEqual([
      ['1', 'step'],
      ['2', 'step'],
      [undefined, 'end'],
    ]);
    expect(JSON.parse(events[0]?.data ?? '')).toEqual(step(1));
    expect(JSON.parse(events[2]?.data ?? '')).toMatchObject({ id: RUN, state: 'finished', outcome: 'fixed' });
  });

  test('continues after Last-Event-ID, without a step twice or left out', async () => {
    const { doors, end } = story();
    end();
    const { asAda } = await startApi({}, doors);
    const events = eventsIn((await asAda({ url: URL, headers: { 'last-event-id': '1' } })).body);
    expect(events.map(({ id, event }) => [id, event])).toEqual([
      ['2', 'step'],
      [undefined, 'end'],
    ]);
  });

  test('asked again when all was seen is 204, which tells a browser to stop asking', async () => {
    const { doors, end } = story();
    end();
    const { asAda } = await startApi({}, doors);
    expect((await asAda({ url: URL, headers: { 'last-event-id': '2' } })).statusCode).toBe(204);
  });

  test('a step with line breaks is still one event', async () => {
    const text = 'one\n\nevent: end\ndata: {}\n\n';
    const { asAda } = await startApi(
      {},
      { run: async () => ({ ...run, state: 'failed' }), steps: async () => [step(1, text)] },
    );
    const events = eventsIn((await asAda({ url: URL })).body);
    expect(events).toHaveLength(2);
    expect(JSON.parse(events[0]?.data ?? '').text).toBe(text);
  });

  test('of no run is 404', async () => {
    const { asAda } = await startApi();
    expect((await asAda({ url: '/api/runs/r-zzzzzzzz/events' })).statusCode).toBe(404);
  });

  async function watch(options: Parameters<typeof startApi>[0], doors: ReturnType<typeof story>['doors']) {
    const { app } = await startApi({ hosts: () => [HOST, new globalThis.URL(url).host], ...options }, doors);
    const url: string = await app.listen({ port: 0, host: '127.0.0.1' });
    const stop = new AbortController();
    const response = await fetch(url + URL, { headers: AUTHORIZED, signal: stop.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (wanted: string): Promise<string> => {
      while (!text.includes(wanted)) {
        const part = await reader?.read();
        if (!part || part.done) throw new Error(`the stream ended before ${wanted}: ${text}`);
        text += part.value;
      }
      return text;
    };
    const rest = async (): Promise<void> => {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
    };
    return { app, until, rest, stop, events: () => eventsIn(text) };
  }

  test.each([
    ['looking now and then', false],
    ['being told', true],
  ])('that goes on brings steps as they come, by %s', async (_how, told) => {
    const { doors, add, end, onRunChange } = story();
    // Told, the next look is an hour away: only the wake can bring the step.
    const { until, rest, events } = await watch(told ? { onRunChange, pollMs: 3_600_000 } : { pollMs: 5 }, doors);
    await until('step 2');
    add(3);
    await until('step 3');
    add(4);
    end();
    await rest();
    expect(events().map(({ id, event }) => id ?? event)).toEqual(['1', '2', '3', '4', 'end']);
  });

  test('has what Temporal does meanwhile, and continues after both stories', async () => {
    const { doors, add, end, onRunChange } = story();
    const asked: number[] = [];
    const activities = async function* (_run: RunView, after: number) {
      asked.push(after);
      const at = '2026-11-21T12:00:00.000Z';
      for (const id of [5, 9])
        if (id > after)
          yield { id, at, activity: 'readTool', summary: 'kubernetes.logs', status: 'scheduled' as const };
    };
    const options = { activities, onRunChange, pollMs: 5 };
    const first = await watch(options, doors);
    await first.until('"id":9');
    await first.until('step 2');
    const last = first.events().at(-1)?.id ?? '';
    expect(last).toBe('2.9');
    first.stop.abort();
    add(3);
    end();
    const { asAda } = await startApi(options, doors);
    const events = eventsIn((await asAda({ url: URL, headers: { 'last-event-id': last } })).body);
    expect(events.map(({ id, event }) => id ?? event)).toEqual(['3.9', 'end']);
    expect(asked).toEqual([0, 9]);
  });

  test('goes on with the record when Temporal does not answer', async () => {
    const { doors, end } = story();
    end();
    const activities = () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('14 UNAVAILABLE')) }),
    });
    const { asAda } = await startApi({ activities }, doors);
    expect(eventsIn((await asAda({ url: URL })).body).map(({ event }) => event)).toEqual(['step', 'step', 'end']);
  });

  test('ends when the server closes, and lets go of its listener', async () => {
    const { doors, onRunChange, wakes } = story();
    const { app, until, rest } = await watch({ onRunChange, pollMs: 3_600_000 }, doors);
    await until('step 2');
    expect(wakes.size).toBe(1);
    await Promise.all([app.close(), rest()]);
    expect(wakes.size).toBe(0);
  });

  test('lets go when the reader goes away', async () => {
    const { doors, onRunChange, wakes } = story();
    const { until, stop } = await watch({ onRunChange, pollMs: 3_600_000 }, doors);
    await until('step 2');
    stop.abort();
    while (wakes.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
