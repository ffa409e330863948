import { afterEach, describe, expect, test } from '@jest/globals';
import type { BatchItem } from '../../src/authority/batches/batch-items.ts';
import type { Doors } from '../../src/authority/doors.ts';
import type { ListItemView } from '../../src/authority/lists/list-view.ts';
import type { Gate } from '../../src/domain/gate.ts';
import { noPasskeys } from '../support/no-passkeys.ts';
import {
  batchItemsSample,
  batchOptionSample,
  batchSample,
  listItemSample,
  listSample,
} from '../support/batch-sample.ts';
import { gate, GATE, recordOf, RUN } from './fake-doors.ts';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

const EVIL = `"><script>alert(1)</script>' \u202egnp`;
const words = (page: string): string =>
  page
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ');
const ADA = { id: 'local:ada', name: 'ada', door: 'web' } as const;

const all = batchItemsSample(RUN, 600);
const batch = batchSample(all, { leftOut: [{ count: 8, why: 'it is attached again' }] });
const option = batchOptionSample(batch);
const many: Gate = { ...gate, kind: 'batch', incidentOpen: false, digest: option.digest, options: [option] };

async function signedIn(
  { items = all, ...change }: Partial<Gate> & { items?: readonly BatchItem[] } = {},
  more: Partial<Doors> = {},
) {
  const api = await startApi(
    {},
    {
      gate: async () => ({ ...many, ...change }),
      gates: async () => [{ ...many, ...change }],
      batchItems: async (_, page = { after: 0, size: 5_000 }) =>
        items.filter(({ position }) => position > page.after).slice(0, page.size),
      passkeys: noPasskeys({ site: async () => ({ id: 'localhost', origin: 'http://127.0.0.1:7420' }) }),
      ...more,
    },
  );
  const { headers } = await api.browser();
  return async (url: string) => (await api.ask({ url, headers: { accept: 'text/html', ...headers } })).body;
}
const rowsOf = (page: string): string[] => [...page.matchAll(/data-pick="([^"]+)"/g)].map(([, id = '']) => id);

describe('the page of an approval over many', () => {
  test('says above the table what, to what, for how much, why, how it is undone and what is left out', async () => {
    const page = words(await (await signedIn())(`/gates/${GATE}`));
    const facts = [
      '600 × Snapshot a volume and delete it',
      'aws: 200 on staging, 200 on sandbox, 200 on prod',
      '10,856.00 EUR and 21,712.00 USD a month; 24 without a known price (price table 2026-11-01)',
      'each by itself, such as: create the volume again',
      '600 volumes',
      'destructive',
      '8: it is attached again',
      'The 5 dearest',
      many.plan.diagnosis,
      '1–100 of 600',
      'Approve all 600',
    ];
    const places = facts.map((fact) => page.indexOf(fact));
    expect(facts.filter((_, at) => places[at] === -1)).toEqual([]);
    // What stands above the buttons is above them.
    expect(places.at(-1)).toBe(Math.max(...places));
  });

  test('has a hundred rows a page, each item on exactly one of them', async () => {
    const open = await signedIn();
    const seen: string[] = [];
    for (let from = 0; from < 600; from += 100) seen.push(...rowsOf(await open(`/gates/${GATE}?from=${from}`)));
    expect(seen).toEqual(all.map(({ action }) => action));
    expect(words(await open(`/gates/${GATE}?from=900`))).toContain('none from here on, of 600');
  });

  test('finds by words, keeps them while paging, and offers to take out all that it found', async () => {
    const page = await (await signedIn())(`/gates/${GATE}?q=prod`);
    expect(words(page)).toContain('1–100 of 200 that have “prod”');
    expect(page).toContain(`href="/gates/${GATE}?q=prod&amp;from=100"`);
    expect(words(page)).toContain('Take out all 200');
  });

  test.each(['from=-1', 'from=x', 'from=1e9', 'q=%00', `q=${'x'.repeat(900)}`])(
    'takes any address (%s)',
    async (query) => {
      expect(words(await (await signedIn())(`/gates/${GATE}?${query}`))).toContain('600 × Snapshot');
    },
  );

  test('shows what was taken out before, by whom, and does not count it', async () => {
    const without = [`${RUN}/1001`, `${RUN}/1002`];
    const items = all.map((item) =>
      without.includes(item.action) ? { ...item, fate: 'taken-out' as const, why: 'taken out by ada' } : item,
    );
    const page = await (await signedIn({ items, decisions: [{ ...recordOf(ADA), without }] }))(`/gates/${GATE}`);
    expect(words(page)).toContain('taken out by ada');
    expect(words(page)).toContain('· took out 2');
    expect(words(page)).toContain('Approve 598 of 600');
    expect(rowsOf(page)).not.toContain(without[0]);
    expect(page).toContain('data-left="598"');
  });

  test.each(['frozen', 'executing', 'done', 'denied'] as const)('that is %s takes nothing out', async (state) => {
    const progress = { takenOut: 0, waiting: 588, running: 2, done: 9, skipped: 0, failed: 1, inDoubt: 0, undone: 0 };
    const page = await (await signedIn({ state, progress, frozen: null }))(`/gates/${GATE}`);
    expect(rowsOf(page)).toEqual([]);
    expect(page).not.toContain('data-decision="approve"');
    expect(words(page)).toContain(`9 done · 2 under way · 588 ${state === 'done' ? 'not begun' : 'to go'} · 1 failed`);
    expect(page.includes('data-watch-gate')).toBe(state === 'executing');
  });

  test('in a list of approvals leads to its table', async () => {
    const page = await (await signedIn())('/');
    expect(page).toContain(`href="/gates/${GATE}">The table of all 600`);
    expect(rowsOf(page)).toEqual([]);
  });

  test('asks once more, and with a passkey leads to the page that asks for it, with the same table', async () => {
    expect(await (await signedIn())(`/gates/${GATE}`)).toContain('data-confirm=');
    const open = await signedIn({ requirement: { ...many.requirement, stepUp: true } });
    const page = await open(`/gates/${GATE}`);
    expect(page).toContain(`href="/approve/${GATE}?option=all"`);
    const name = /data-picks="(out:[^"]+)"/.exec(page)?.[1];
    expect(name).toBe(`out:${GATE}:${option.digest}`);
    const confirm = await open(`/approve/${GATE}`);
    expect(rowsOf(confirm)).toHaveLength(100);
    expect(confirm).toContain(`data-picks="${name}"`);
    expect(words(confirm)).toContain('Approve all 600 with your passkey');
    expect(rowsOf(await open(`/approve/${GATE}?option=all&from=500`))[0]).toBe(`${RUN}/1501`);
  });

  test('shows whatever a tag, a tool or a reason wrote as text', async () => {
    const items = all.map((item) => ({ ...item, sentence: EVIL, owner: EVIL, key: EVIL, undo: EVIL, why: EVIL }));
    const open = await signedIn({ items });
    for (const url of [`/gates/${GATE}`, `/approve/${GATE}`, `/gates/${GATE}?q=${encodeURIComponent(EVIL)}`])
      expect(await open(url)).not.toMatch(/<script>alert|\u202e/);
  });
});

describe('the page of a list', () => {
  const items: ListItemView[] = Array.from({ length: 312 }, (_, n) =>
    listItemSample(RUN, n + 1, n === 3 ? { kept: 'kept by Grace until 2027-02-20: the audit' } : {}),
  );
  const asks = listSample(RUN, 1).asks;
  const lists = (open = true): Partial<Doors> => ({
    lists: async () => ['found'],
    list: async (_, name, owner) =>
      name === 'found'
        ? {
            list: listSample(RUN, 312, { asks: asks && { ...asks, kept: 1, open } }),
            items: items.filter(({ owners }) => owner === undefined || owners.includes(owner ?? '')),
          }
        : undefined,
    nameOf: () => 'grace',
  });

  test('says what will happen and when, who keeps what, and what can still be kept', async () => {
    const open = await signedIn({}, lists());
    const page = await open(`/runs/${RUN}/lists/found`);
    expect(words(page)).toContain('Volumes that nothing has used for 30 days are snapshotted and deleted.');
    expect(words(page)).toContain('may be kept until 2026-11-30 10:00:00 UTC');
    expect(words(page)).toContain('kept by Grace until 2027-02-20: the audit');
    expect(rowsOf(page)).toHaveLength(99);
    expect(page).toContain(`data-keep="/api/runs/${RUN}/lists/found/keep"`);
    expect(words(await open(`/runs/${RUN}/lists/found?mine=true`))).toContain('1–78 of 78');
    expect(await open(`/runs/${RUN}`)).toContain(`href="/runs/${RUN}/lists/found"`);
  });

  test('once the run went on has nothing to keep with', async () => {
    const page = await (await signedIn({}, lists(false)))(`/runs/${RUN}/lists/found`);
    expect(words(page)).toContain('the time to keep is over');
    expect(rowsOf(page)).toEqual([]);
    expect(page).not.toContain('data-keep');
  });

  test('that is not there is a page that says so', async () => {
    expect(words(await (await signedIn({}, lists()))(`/runs/${RUN}/lists/none`))).toContain('There is no list');
  });
});
