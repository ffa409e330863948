import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { BatchItem } from '../../authority/batches/batch-items.ts';
import { ListItemView, ListView } from '../../authority/lists/list-view.ts';
import type { KeepAnswer } from '../../authority/lists/keep-items.ts';
import { KeepRequest } from '../../domain/keep.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import { foundInBatch, foundInList, ItemsQuery, WhoseQuery } from '../items-page.ts';
import type { ServerOptions } from '../server-options.ts';
import { findGate } from './gates.ts';
import { personOf } from './person-of.ts';
import { findRun } from './runs.ts';
import { typed } from './typed.ts';

/** The HTTP status of each refusal of a keep. */
const REFUSED: Record<Extract<KeepAnswer, { answer: 'refused' }>['why'], number> = {
  unknown: 404,
  'not-yours': 403,
  late: 409,
  invalid: 422,
};

/** 404 for a list that is not there. */
export const noList = (run: string, name: string): HttpProblem =>
  new HttpProblem(404, `There is no list ${JSON.stringify(name.slice(0, 50))} in run ${run}.`);

/** Many like things: the items of batch gates, the lists of runs, and keeping what is on them. */
export async function listRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const routes = typed(app);
  const ofRun = z.object({ id: z.string() });
  const ofList = ofRun.extend({ name: z.string() });

  routes.get(
    '/api/gates/:id/items',
    {
      schema: {
        tags: ['approvals'],
        summary: 'The items of an approval over many',
        description:
          'In the order of the list; `after` is the `position` of the last one seen. `q`: only those that have all of these words, also in what became of them. `total` counts all of those.',
        params: z.object({ id: z.string() }),
        querystring: ItemsQuery,
        response: { 200: z.object({ items: z.array(BatchItem), total: z.number().int() }) },
      },
    },
    async ({ params, query: { after, limit, q } }) => {
      const gate = await findGate(doors, params.id);
      const found = await foundInBatch(doors, gate, q, { after, size: limit });
      if (!found) throw new HttpProblem(404, `${gate.id} is about single actions; they are in the approval itself.`);
      const { items, total } = found;
      return { items: items.filter(({ position }) => position > after).slice(0, limit), total };
    },
  );

  const tags = ['lists'];
  routes.get(
    '/api/runs/:id/lists',
    {
      schema: {
        tags,
        summary: 'Names of a run’s lists, oldest first',
        params: ofRun,
        response: { 200: z.object({ lists: z.array(z.string()) }) },
      },
    },
    async ({ params }) => ({ lists: await doors.lists((await findRun(doors, params.id)).id) }),
  );

  routes.get(
    '/api/runs/:id/lists/:name',
    {
      schema: {
        tags,
        summary: 'A list of a run, and its items',
        description:
          '`owner`: only what this person of the directory is asked about; empty: what nobody is named for. `mine=true`: what you are asked about.',
        params: ofList,
        querystring: ItemsQuery.extend(WhoseQuery.shape),
        response: { 200: z.object({ list: ListView, items: z.array(ListItemView), total: z.number().int() }) },
      },
    },
    async (request) => {
      const { params, query } = request;
      const { after, limit, q, ...whose } = query;
      const run = await findRun(doors, params.id);
      const found = await foundInList(doors, { run: run.id, name: params.name }, personOf(request), whose, q);
      if (!found) throw noList(run.id, params.name);
      const { list, items } = found;
      return {
        list,
        items: items.filter(({ position }) => position > after).slice(0, limit),
        total: items.length,
      };
    },
  );

  routes.post(
    '/api/runs/:id/lists/:name/keep',
    {
      schema: {
        tags,
        summary: 'Keep items of a list',
        description:
          'They are left out of this run and of later runs of the same runbook until the end of that day. Possible until the time that owners were given is over.',
        params: ofList,
        body: KeepRequest,
        response: { 200: z.object({ kept: z.number().int(), until: z.iso.datetime() }) },
      },
    },
    async (request) => {
      const { params, body } = request;
      const run = await findRun(doors, params.id);
      const answer = await doors.keep(run.id, params.name, body, personOf(request));
      if (answer.answer === 'kept') return { kept: answer.count, until: answer.until };
      const { why, message } = answer;
      const [, field, said] = /^(\w+): (.*)$/s.exec(message) ?? [];
      const errors = field === undefined || said === undefined ? {} : { errors: [{ field, message: said }] };
      throw new HttpProblem(REFUSED[why], message, errors);
    },
  );
}
