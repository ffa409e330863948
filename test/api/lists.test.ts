import { afterEach, describe, expect, test } from '@jest/globals';
import type { Doors } from '../../src/authority/doors.ts';
import type { KeepAnswer } from '../../src/authority/lists/keep-items.ts';
import {
  batchItemsSample,
  batchOptionSample,
  batchSample,
  listItemSample,
  listSample,
} from '../support/batch-sample.ts';
import { gate, GATE, RUN } from './fake-doors.ts';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

const items = batchItemsSample(RUN, 1_200).map((item) =>
  item.position === 7 ? { ...item, fate: 'failed' as const, why: 'UnauthorizedOperation' } : item,
);
const option = batchOptionSample(batchSample(items));
const many = { ...gate, kind: 'batch' as const, digest: option.digest, options: [option] };
const listed = Array.from({ length: 700 }, (_, n) => listItemSample(RUN, n + 1));
const doors: Partial<Doors> = {
  gate: async (id) => (id === GATE ? many : id === 'g-000002' ? { ...gate, id } : undefined),
  batchItems: async (id, page = { after: 0, size: 5_000 }) =>
    id === GATE ? items.filter(({ position }) => position > page.after).slice(0, page.size) : undefined,
  lists: async () => ['found', 'left'],
  list: async (_, name, owner) =>
    name === 'found'
      ? {
          list: listSample(RUN, 700),
          items: listed.filter(
            ({ owners }) => owner === undefined || (owner === null ? owners.length === 0 : owners.includes(owner)),
          ),
        }
      : undefined,
  nameOf: ({ id }) => (id === 'local:ada' ? 'grace' : undefined),
};
const start = (more: Partial<Doors> = {}) => startApi({}, { ...doors, ...more });

describe('the items of an approval over many', () => {
  test('come in their order, a page at a time, each once', async () => {
    const { asAda } = await start();
    const seen: number[] = [];
    for (let after = 0, more = true; more;) {
      const body = (await asAda({ url: `/api/gates/${GATE}/items?after=${after}&limit=500` })).json();
      expect(body.total).toBe(1_200);
      seen.push(...body.items.map(({ position }: { position: number }) => position));
      more = body.items.length === 500;
      after = seen.at(-1) ?? 0;
    }
    expect(seen).toEqual(items.map(({ position }) => position));
  });

  test.each([
    ['vol-0a00042', 1],
    ['PROD nobody', 100],
    ['failed', 1],
    ['unauthorizedoperation vol-0a00007', 1],
    [`${RUN}/1003`, 1],
    ['no price', 48],
    ['nothing has this', 0],
  ])('are found by “%s”, which %d have', async (q, total) => {
    const { asAda } = await start();
    const body = (await asAda({ url: `/api/gates/${GATE}/items?q=${encodeURIComponent(q)}&limit=500` })).json();
    expect([body.total, body.items.length]).toEqual([total, total]);
  });

  test.each([
    ['/api/gates/g-zzzzzz/items', 404],
    ['/api/gates/g-000002/items', 404],
    [`/api/gates/${GATE}/items?limit=501`, 400],
    [`/api/gates/${GATE}/items?after=-1`, 400],
    [`/api/gates/${GATE}/items?from=3`, 400],
  ])('%s is answered with %d', async (url, status) => {
    expect((await (await start()).asAda({ url })).statusCode).toBe(status);
  });

  test('an approval hands on which are taken out, and refuses what is no action', async () => {
    const { asAda, of } = await start();
    const url = `/api/gates/${GATE}/decisions`;
    const without = [`${RUN}/1003`, `${RUN}/1105`];
    const payload = { decision: 'approve', digest: option.digest, without };
    expect((await asAda({ method: 'POST', url, payload })).statusCode).toBe(200);
    expect(of('decide')[0]?.args[1]).toEqual(payload);
    expect((await asAda({ method: 'POST', url, payload: { ...payload, without: ['all'] } })).statusCode).toBe(422);
  });

  test('are for who is signed in', async () => {
    const { ask } = await start();
    for (const url of [`/api/gates/${GATE}/items`, `/api/runs/${RUN}/lists`, `/api/runs/${RUN}/lists/found`])
      expect((await ask({ url })).statusCode).toBe(401);
  });
});

describe('the lists of a run', () => {
  test.each([
    ['', 700],
    ['&owner=grace', 175],
    ['&owner=', 525],
    ['&mine=true', 175],
    ['&mine=true&q=vol-0a00002', 1],
    ['&owner=nobody-of-this-name', 0],
  ])('are whole, an owner’s, nobody’s or one’s own (%s)', async (query, total) => {
    const { asAda } = await start();
    expect((await asAda({ url: `/api/runs/${RUN}/lists` })).json()).toEqual({ lists: ['found', 'left'] });
    const body = (await asAda({ url: `/api/runs/${RUN}/lists/found?limit=200${query}` })).json();
    expect([body.total, body.items.length]).toEqual([total, Math.min(total, 200)]);
    expect(body.list).toMatchObject({ name: 'found', asks: { open: true } });
  });

  test('are nobody’s own for whom the directory does not know', async () => {
    const { asAda } = await start({ nameOf: () => undefined });
    expect((await asAda({ url: `/api/runs/${RUN}/lists/found?mine=true` })).json()).toMatchObject({ total: 0 });
  });

  test('that are not there are 404', async () => {
    const { asAda } = await start();
    for (const url of [`/api/runs/${RUN}/lists/none`, '/api/runs/r-zzzzzzzz/lists'])
      expect((await asAda({ url })).statusCode).toBe(404);
  });
});

describe('keeping', () => {
  const url = `/api/runs/${RUN}/lists/found/keep`;
  const payload = { keys: ['aws:1/eu/volume/vol-1'], reason: 'the audit needs it', until: '2027-01-31' };
  const refused = (why: 'unknown' | 'not-yours' | 'late' | 'invalid', message: string): KeepAnswer => ({
    answer: 'refused',
    why,
    message,
  });

  test('hands on who keeps what, why and until when', async () => {
    const keep: Doors['keep'] = async () => ({ answer: 'kept', count: 1, until: '2027-02-01T00:00:00.000Z' });
    const { asAda, of } = await start({ keep });
    const answer = await asAda({ method: 'POST', url, payload, headers: { 'x-belay-door': 'cli' } });
    expect([answer.statusCode, answer.json()]).toEqual([200, { kept: 1, until: '2027-02-01T00:00:00.000Z' }]);
    expect(of('keep')[0]?.args).toEqual([RUN, 'found', payload, { id: 'local:ada', name: 'ada', door: 'cli' }]);
  });

  test.each<[KeepAnswer, number, unknown]>([
    [
      refused('unknown', 'keys: vol-9 is not in list found.'),
      404,
      [{ field: 'keys', message: 'vol-9 is not in list found.' }],
    ],
    [refused('not-yours', 'It is grace’s.'), 403, undefined],
    [refused('late', 'The run went on.'), 409, undefined],
    [refused('invalid', 'until: at most 366 days.'), 422, [{ field: 'until', message: 'at most 366 days.' }]],
  ])('that is refused (%j) is %d and names the field', async (answer, status, errors) => {
    const { asAda } = await start({ keep: async () => answer });
    const said = await asAda({ method: 'POST', url, payload });
    expect([said.statusCode, said.json().errors]).toEqual([status, errors]);
  });

  test.each([
    [{ ...payload, until: '31.1.2027' }, 'until'],
    [{ ...payload, reason: '  ' }, 'reason'],
    [{ ...payload, keys: [] }, 'keys'],
    [{ ...payload, person: 'grace' }, 'person'],
  ])('%j is 422 and names %s; nobody is asked', async (body, field) => {
    const { asAda, of } = await start();
    const answer = await asAda({ method: 'POST', url, payload: body });
    expect(answer.statusCode).toBe(422);
    expect(JSON.stringify(answer.json())).toContain(field);
    expect(of('keep')).toEqual([]);
  });

  test('from a browser needs its own page’s token', async () => {
    const { ask, browser, of } = await start({ keep: async () => ({ answer: 'kept', count: 1, until: 'x' }) });
    const { headers, csrf } = await browser();
    expect((await ask({ method: 'POST', url, payload, headers })).statusCode).toBe(403);
    expect((await ask({ method: 'POST', url, payload, headers: csrf })).statusCode).toBe(200);
    expect(of('keep')).toHaveLength(1);
  });
});
