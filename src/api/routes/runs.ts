import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Doors, RunView } from '../../authority/doors.ts';
import { RunId } from '../../domain/ids.ts';
import { JsonObject } from '../../domain/json.ts';
import { RunMode, RunState } from '../../domain/run.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { personOf } from './person-of.ts';
import { Limit, RunBody, StepBody } from './schemas.ts';
import { typed } from './typed.ts';

const tags = ['runs'];
const Start = z.strictObject({
  runbook: z.string().min(1).max(200),
  input: JsonObject.default({}),
  mode: RunMode.optional(),
  dryRun: z.boolean().optional(),
});
const Cancel = z.strictObject({ reason: z.string().max(2000).optional() });
/** Kept for seven days under this name; printable ASCII, so that it is the same in every log. */
const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'is 1 to 200 printable characters without spaces');

/** Starting, listing, reading and cancelling runs. */
export async function runRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const routes = typed(app);
  routes.post(
    '/api/runs',
    {
      schema: {
        tags,
        summary: 'Start a run',
        description: 'With an Idempotency-Key, a repeat answers with the run that the first one started.',
        headers: z.object({ 'idempotency-key': IdempotencyKey.optional() }),
        body: Start,
        response: { 201: RunBody },
      },
    },
    async (request, reply) => {
      const { runbook, input, mode, dryRun } = request.body;
      const wanted = { runbook, input, ...(mode ? { mode } : {}), ...(dryRun === undefined ? {} : { dryRun }) };
      const answer = await doors.start(wanted, personOf(request), request.headers['idempotency-key']);
      switch (answer.answer) {
        case 'unknown-runbook':
          throw new HttpProblem(422, answer.message, { errors: [{ field: 'runbook', message: answer.message }] });
        case 'invalid': {
          const detail = answer.problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
          throw new HttpProblem(422, detail, { errors: answer.problems });
        }
        case 'key-reused':
          throw new HttpProblem(422, answer.message, {
            errors: [{ field: 'Idempotency-Key', message: answer.message }],
          });
        case 'registered':
        case 'known':
          if (answer.answer === 'known') reply.header('idempotent-replayed', 'true');
          reply.code(201).header('location', `/api/runs/${answer.run}`);
          return mutable(await findRun(doors, answer.run));
      }
    },
  );

  routes.get(
    '/api/runs',
    {
      schema: {
        tags,
        summary: 'Runs, newest first',
        querystring: z.strictObject({ state: RunState.optional(), limit: Limit }),
        response: { 200: z.object({ runs: z.array(RunBody) }) },
      },
    },
    async ({ query: { state, limit } }) => ({
      runs: (await doors.runs(state ? { state, limit } : { limit })).map(mutable),
    }),
  );

  routes.get(
    '/api/runs/:id',
    {
      schema: {
        tags,
        summary: 'One run, with every step it took',
        params: z.object({ id: z.string() }),
        response: { 200: RunBody.extend({ steps: z.array(StepBody) }) },
      },
    },
    async ({ params }) => {
      const run = await findRun(doors, params.id);
      return { ...mutable(run), steps: await doors.steps(run.id) };
    },
  );

  routes.get(
    '/api/runs/:id/postmortem',
    { schema: { tags, summary: 'What happened, as Markdown', params: z.object({ id: z.string() }) } },
    async ({ params }, reply) => {
      const { id } = await findRun(doors, params.id);
      const text = await doors.postmortem(id);
      if (text === undefined) throw noRun(id);
      return reply.type('text/markdown; charset=utf-8').send(text);
    },
  );

  routes.post(
    '/api/runs/:id/cancel',
    {
      config: { bodyOptional: true },
      schema: {
        tags,
        summary: 'Cancel a run; what it did is undone as its runbook says',
        params: z.object({ id: z.string() }),
        body: Cancel.nullish(),
        response: { 202: z.object({ id: z.string(), status: z.literal('cancelling') }) },
      },
    },
    async (request, reply) => {
      const { id } = await findRun(doors, request.params.id);
      const answer = await doors.cancel(id, personOf(request), request.body?.reason ?? '');
      if (answer === 'unknown') throw noRun(id);
      if (answer === 'over') throw new HttpProblem(409, `Run ${id} is over; there is nothing to cancel.`);
      return reply.code(202).send({ id, status: 'cancelling' as const });
    },
  );

  routes.post(
    '/api/runs/:id/acknowledge',
    {
      config: { bodyOptional: true },
      schema: {
        tags,
        summary: 'Say that you are on the incident of a run',
        params: z.object({ id: z.string() }),
        body: z.strictObject({}).nullish(),
        response: { 200: z.object({ id: z.string(), responder: z.string(), repeated: z.boolean() }) },
      },
    },
    async (request) => {
      const { id } = await findRun(doors, request.params.id);
      const answer = await doors.acknowledge(id, personOf(request));
      if (!('responder' in answer)) throw new HttpProblem(NOT_ACKNOWLEDGED[answer.answer], answer.message);
      return { id, responder: answer.responder, repeated: answer.answer === 'repeated' };
    },
  );
}

const NOT_ACKNOWLEDGED = { unknown: 404, 'not-known': 403, over: 409, 'no-incident': 409 } as const;

/** The run, or 404; an id that is not spelled like one is not asked for. */
export async function findRun(doors: Pick<Doors, 'run'>, id: string): Promise<RunView> {
  const run = RunId.safeParse(id).success ? await doors.run(id) : undefined;
  if (!run) throw noRun(id);
  return run;
}

const noRun = (id: string): HttpProblem => new HttpProblem(404, `There is no run ${JSON.stringify(id.slice(0, 50))}.`);

/** The same run; zod's types know no `readonly` object. */
const mutable = (run: RunView): z.output<typeof RunBody> => run;
