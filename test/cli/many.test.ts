import { afterEach, describe, expect, test } from '@jest/globals';
import {
  batchItemsSample,
  batchOptionSample,
  batchSample,
  listItemSample,
  listSample,
} from '../support/batch-sample.ts';
import { belay, type Ended } from './belay.ts';
import { GATE, RUN } from './examples.ts';
import { startFakeApi, type Answer, type FakeApi, type Request } from './fake-api.ts';

const items = batchItemsSample(RUN.id, 600);
const option = batchOptionSample(batchSample(items, { leftOut: [{ count: 8, why: 'it is attached again' }] }));
const many = { ...GATE, kind: 'batch', options: [option] };
const listed = Array.from({ length: 3 }, (_, n) => listItemSample(RUN.id, n + 1));

/** A page of many, as the API gives it. */
function pageOf<T extends { position: number }>(all: readonly T[], { path }: Request) {
  const query = new URL(path, 'http://x').searchParams;
  const behind = all.filter(({ position }) => position > Number(query.get('after') ?? 0));
  return { items: behind.slice(0, Number(query.get('limit') ?? 100)), total: all.length };
}

let api: FakeApi | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});

async function against(args: readonly string[], more: (request: Request) => Answer = () => undefined): Promise<Ended> {
  api = await startFakeApi((request) => {
    const given = more(request);
    if (given) return given;
    const [path = ''] = request.path.split('?');
    const lists = `/api/runs/${RUN.id}/lists`;
    if (request.method === 'POST') {
      if (path.endsWith('/decisions')) return { body: { state: 'approved', missing: [] } };
      return path.endsWith('/keep') ? { body: { kept: 2, until: '2027-02-01T00:00:00.000Z' } } : undefined;
    }
    if (path === `/api/gates/${many.id}`) return { body: many };
    if (path === `/api/gates/${many.id}/items`) return { body: pageOf(items, request) };
    if (path === '/api/halt') return { body: { halts: [] } };
    if (path === lists) return { body: { lists: ['found', 'left'] } };
    if (path === `${lists}/found`) return { body: { list: listSample(RUN.id, 3), ...pageOf(listed, request) } };
    return undefined;
  });
  return belay([...args, '--data', api.data, '--port', String(api.port)]);
}
const posted = (): unknown[] => api?.requests.filter(({ method }) => method === 'POST').map(({ body }) => body) ?? [];
const asked = (): string[] => api?.requests.map(({ path }) => path) ?? [];

describe('an approval over many', () => {
  test('says what, to what, for how much, how it is undone, the dearest, and where the others are', async () => {
    const { out, code } = await against(['gates', many.id]);
    expect(code).toBe(0);
    for (const part of [
      '600 × Snapshot a volume and delete it',
      'aws: 200 on staging, 200 on sandbox, 200 on prod',
      '10,856.00 EUR and 21,712.00 USD a month; 24 without a known price (price table 2026-11-01)',
      '600 volumes',
      'each by itself, such as: create the volume again',
      'destructive',
      '8: it is attached again',
      'The 5 dearest',
      '105.50 USD · Snapshot volume vol-0a00039',
      `and 595 more; each in: belay items ${many.id}`,
      option.batch?.root ?? '?',
      option.digest,
    ])
      expect(out).toContain(part);
    expect(out).not.toContain('Nothing is changed');
  });

  test('is listed by what it does', async () => {
    const { out } = await against(['gates'], ({ path }) =>
      path.startsWith('/api/gates?') ? { body: { gates: [many] } } : undefined,
    );
    expect(out).toContain('600 × Snapshot a volume and delete it');
  });

  test('that is under way says how far it is', async () => {
    const progress = { takenOut: 2, waiting: 178, running: 4, done: 412, skipped: 3, failed: 1, inDoubt: 0, undone: 0 };
    const { out } = await against(['gates', many.id], ({ path }) =>
      path === `/api/gates/${many.id}` ? { body: { ...many, state: 'executing', progress } } : undefined,
    );
    expect(out).toContain('412 done, 4 under way, 178 to go, 3 skipped, 1 failed, 2 taken out');
  });

  test('is approved whole with the digest of all of it', async () => {
    await against(['approve', many.id, '--yes']);
    expect(posted()).toEqual([{ decision: 'approve', digest: option.digest, option: 'all' }]);
  });

  test('without some of it: each is named before, and exactly those go along', async () => {
    const without = [`${RUN.id}/1003`, `${RUN.id}/1555`];
    const { out } = await against(['approve', many.id, '--yes', '--without', ...without]);
    expect(out).toContain(`${without[1]}  Snapshot volume vol-0a00555`);
    expect(out).toContain('Approve 598 of 600.');
    expect(posted()).toEqual([{ decision: 'approve', digest: option.digest, option: 'all', without }]);
  });

  test.each([
    [['--without', `${RUN.id}/9`], /is no item of/],
    [['--without', ...items.map(({ action }) => action)], /Nothing of .* would be left/],
  ])('nothing is sent for what cannot be taken out', async (args, said) => {
    const ended = await against(['approve', many.id, '--yes', ...args]);
    expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(said) });
    expect(posted()).toEqual([]);
  });

  test('of which there is none to take from is refused', async () => {
    const ended = await against(['approve', many.id, '--yes', '--without', `${RUN.id}/1`], ({ path }) =>
      path === `/api/gates/${many.id}` ? { body: GATE } : undefined,
    );
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('not over many') });
  });

  test('has all its items listed, whatever pages they come in', async () => {
    const ended = await against(['items', many.id, '--json']);
    expect(JSON.parse(ended.out).items).toHaveLength(600);
    const table = await against(['items', many.id, '--find', 'prod nobody']);
    expect(table.out).toContain('600 items.');
    expect(asked().some((path) => path.includes('q=prod+nobody'))).toBe(true);
    expect(table.out.split('\n').filter((line) => line.startsWith(`${RUN.id}/`))).toHaveLength(600);
  });
});

describe('lists', () => {
  test('are named, and each shows what is on it, until when it may be kept, and how', async () => {
    expect((await against(['lists', RUN.id])).out).toBe('found\nleft\n');
    const { out } = await against(['lists', RUN.id, 'found', '--mine']);
    expect(out).toContain('Volumes that nothing has used for 30 days are snapshotted and deleted. 3 items');
    expect(out).toContain(`until 2026-11-30 10:00:00 UTC with: belay keep ${RUN.id} found <key>`);
    expect(out).toContain('aws:111122223333/eu-west-1/volume/vol-0a00003');
    expect(asked().some((path) => path.includes('mine=true'))).toBe(true);
  });
});

describe('keep', () => {
  const why = ['--reason', 'the audit needs it', '--until', '2027-01-31'];
  const said = { reason: 'the audit needs it', until: '2027-01-31' };

  test('keeps the named ones, those that are one’s own, or all', async () => {
    const named = await against(['keep', RUN.id, 'found', 'a:1', 'a:2', ...why]);
    expect(named).toMatchObject({ code: 0, out: 'Kept 2 of found until 2027-01-31.\n' });
    expect(posted()).toEqual([{ keys: ['a:1', 'a:2'], ...said }]);
    await against(['keep', RUN.id, 'found', '--mine', ...why]);
    expect(posted()).toEqual([{ keys: listed.map(({ key }) => key), ...said }]);
    expect(asked().some((path) => path.includes('mine=true'))).toBe(true);
    await against(['keep', RUN.id, 'found', '--all', ...why]);
    expect(posted()).toHaveLength(1);
  });

  test.each([
    [[...why], /Say which/],
    [['a:1', '--all', ...why], /Say which/],
    [['a:1', '--until', '2027-01-31'], /--reason/],
    [['a:1', '--reason', 'x'], /--until/],
  ])('%j is wrong usage and keeps nothing', async (args, err) => {
    const ended = await against(['keep', RUN.id, 'found', ...args]);
    expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(err) });
    expect(posted()).toEqual([]);
  });

  test('a refusal is said in the authority’s words, naming the field', async () => {
    const problem = { title: 'x', detail: 'until: at most 366 days from now; whoever needs longer says so again.' };
    const ended = await against(['keep', RUN.id, 'found', 'a:1', ...why], ({ method }) =>
      method === 'POST' ? { status: 422, type: 'application/problem+json', body: problem } : undefined,
    );
    expect(ended).toMatchObject({ code: 1, err: expect.stringContaining('until: at most 366 days') });
  });
});
