import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { RunView } from '../../authority/doors.ts';
import type { RunActivity } from '../../domain/run-activity.ts';
import { isOver } from '../../domain/run.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { findRun } from './runs.ts';
import { typed } from './typed.ts';

/** A comment this often keeps proxies from closing a quiet stream. Milliseconds. */
const HEARTBEAT = 15_000;

type Options = Pick<ServerOptions, 'doors' | 'onRunChange' | 'pollMs' | 'activities'>;

/** Where a reader is: the last step of the record, and the last event of Temporal's history. */
interface Place {
  readonly seq: number;
  readonly event: number;
}

/**
 * `GET /api/runs/:id/events`: the run's steps (`step`, from the record) and what Temporal does for it meanwhile
 * (`activity`, live only), merged. `id` is the last step's number, followed by `.` and the number of Temporal's last
 * event where there was one; `Last-Event-ID` continues after both. When the run is over comes one event `end` with the run, and the stream ends; asked again after
 * that, the answer is 204, which tells browsers to stop asking.
 */
export async function runEventRoutes(app: FastifyInstance, options: Options): Promise<void> {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  typed(app).get(
    '/api/runs/:id/events',
    {
      // A HEAD would open a stream that nobody reads.
      exposeHeadRoute: false,
      schema: {
        tags: ['runs'],
        summary: 'The steps of a run as they come (server-sent events)',
        params: z.object({ id: z.string() }),
        headers: z.object({ 'last-event-id': z.string().optional() }),
      },
    },
    async (request, reply) => {
      const { id, state } = await findRun(options.doors, request.params.id);
      const after = lastSeen(request.headers['last-event-id']);
      if (after !== undefined && isOver(state) && (await options.doors.steps(id, after.seq)).length === 0)
        return reply.code(204).send();
      const gone = new AbortController();
      request.raw.on('close', () => gone.abort());
      const signal = AbortSignal.any([gone.signal, closing.signal]);
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(events(id, after ?? { seq: 0, event: 0 }, options, signal)));
    },
  );
}

function lastSeen(header: string | undefined): Place | undefined {
  if (header === undefined) return undefined;
  const [, seq, event = '0'] = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(header) ?? [];
  if (seq === undefined) throw new HttpProblem(400, 'Last-Event-ID must be the id of an event of this stream.');
  return { seq: Number(seq), event: Number(event) };
}

/** Collects activities as they come, so that one loop can tell both stories in the order it hears them. */
function collect(run: RunView, after: number, { activities }: Options, signal: AbortSignal, wake: () => void) {
  const heard: RunActivity[] = [];
  const listen = async () => {
    for await (const activity of activities?.(run, after, signal) ?? []) {
      heard.push(activity);
      wake();
    }
  };
  // Live state is a courtesy: where Temporal does not answer, the record's steps still come.
  listen().catch(() => undefined);
  return heard;
}

async function* events(run: string, after: Place, options: Options, signal: AbortSignal): AsyncGenerator<string> {
  let { seq, event } = after;
  let quietSince = Date.now();
  let changed = false;
  let wake: () => void = () => undefined;
  const look = () => {
    changed = true;
    wake();
  };
  const stop = options.onRunChange?.(run, look);
  const done = new AbortController();
  let heard: RunActivity[] | undefined;
  const id = () => (event > 0 ? `${seq}.${event}` : `${seq}`);
  // Proxies and browsers wait for the first byte before they call a stream open.
  yield ': open\n\n';
  try {
    while (!signal.aborted) {
      changed = false;
      // State before steps: what ended the run is then among the steps that follow.
      const view = await options.doors.run(run);
      if (view) heard ??= collect(view, event, options, AbortSignal.any([signal, done.signal]), look);
      const steps = await options.doors.steps(run, seq);
      const activities = heard?.splice(0) ?? [];
      for (const activity of activities) {
        event = activity.id;
        yield `id: ${id()}\nevent: activity\ndata: ${JSON.stringify(activity)}\n\n`;
      }
      for (const step of steps) {
        ({ seq } = step);
        yield `id: ${id()}\nevent: step\ndata: ${JSON.stringify(step)}\n\n`;
      }
      if (!view || isOver(view.state)) {
        yield `event: end\ndata: ${JSON.stringify(view ?? {})}\n\n`;
        return;
      }
      if (steps.length + activities.length > 0) quietSince = Date.now();
      else if (Date.now() - quietSince >= HEARTBEAT) {
        quietSince = Date.now();
        yield ': still here\n\n';
      }
      if (changed) continue;
      await nap(options.pollMs ?? 500, signal, (resolve) => (wake = resolve));
    }
  } finally {
    done.abort();
    stop?.();
  }
}

/** Waits until time is up, the signal aborts, or what `onWake` was given is called; leaves neither timer nor listener. */
async function nap(ms: number, signal: AbortSignal, onWake: (wake: () => void) => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let resume: () => void = () => undefined;
  try {
    await new Promise<void>((resolve) => {
      resume = resolve;
      timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', resume);
      onWake(resolve);
      if (signal.aborted) resolve();
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', resume);
  }
}
