import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isOver } from '../../domain/run.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { findRun } from './runs.ts';
import { typed } from './typed.ts';

/** A comment this often keeps proxies from closing a quiet stream. Milliseconds. */
const HEARTBEAT = 15_000;

type Options = Pick<ServerOptions, 'doors' | 'onRunChange' | 'pollMs'>;

/**
 * `GET /api/runs/:id/events`: the run's steps as server-sent events. `id` is the step's number, and `Last-Event-ID`
 * continues after it. When the run is over comes one event `end` with the run, and the stream ends; asked again after
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
      if (after !== undefined && isOver(state) && (await options.doors.steps(id, after)).length === 0)
        return reply.code(204).send();
      const gone = new AbortController();
      request.raw.on('close', () => gone.abort());
      const signal = AbortSignal.any([gone.signal, closing.signal]);
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(events(id, after ?? 0, options, signal)));
    },
  );
}

function lastSeen(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (!/^\d{1,9}$/.test(header)) throw new HttpProblem(400, 'Last-Event-ID must be the id of an event of this stream.');
  return Number(header);
}

async function* events(run: string, after: number, options: Options, signal: AbortSignal): AsyncGenerator<string> {
  let seen = after;
  let quietSince = Date.now();
  let changed = false;
  let wake: () => void = () => undefined;
  const stop = options.onRunChange?.(run, () => {
    changed = true;
    wake();
  });
  // Proxies and browsers wait for the first byte before they call a stream open.
  yield ': open\n\n';
  try {
    while (!signal.aborted) {
      changed = false;
      // State before steps: what ended the run is then among the steps that follow.
      const view = await options.doors.run(run);
      const steps = await options.doors.steps(run, seen);
      for (const step of steps) yield `id: ${(seen = step.seq)}\nevent: step\ndata: ${JSON.stringify(step)}\n\n`;
      if (!view || isOver(view.state)) {
        yield `event: end\ndata: ${JSON.stringify(view ?? {})}\n\n`;
        return;
      }
      if (steps.length > 0) quietSince = Date.now();
      else if (Date.now() - quietSince >= HEARTBEAT) {
        quietSince = Date.now();
        yield ': still here\n\n';
      }
      if (changed) continue;
      await nap(options.pollMs ?? 500, signal, (resolve) => (wake = resolve));
    }
  } finally {
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
