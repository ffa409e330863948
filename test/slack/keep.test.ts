import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { OwnerQuestion } from '../../src/authority/announcer.ts';
import type { KeepAnswer } from '../../src/authority/lists/keep-items.ts';
import type { ListItemView, ListView } from '../../src/authority/lists/list-view.ts';
import type { KeepRequest } from '../../src/domain/keep.ts';
import type { Person } from '../../src/domain/person.ts';
import { askMessage } from '../../src/slack/ask-message.ts';
import { ACTIONS } from '../../src/slack/button-value.ts';
import { listItemSample, listSample } from '../support/batch-sample.ts';
import { FakeDoors } from '../support/fake-doors.ts';
import { blockAction, sendSlack, viewSubmission } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';
import { expectWithinLimits } from './card-limits.ts';
import { cardText } from './card-text.ts';
import { MANIFEST, RUN, sampleRun } from './sample-gate.ts';
import { type Answer, startTestDoor, type TestDoor } from './start-test-door.ts';

const run = sampleRun({ runbook: 'cost/unattached-volumes', target: 'unattached volumes in 3 accounts' });
const itemsOf = (count: number): ListItemView[] =>
  Array.from({ length: count }, (_, n) => listItemSample(RUN, n + 1, { owners: ['grace'] }));
const question = (count: number, change: Partial<OwnerQuestion> = {}): OwnerQuestion => ({
  list: listSample(RUN, count),
  items: itemsOf(count),
  owner: 'grace',
  identities: [],
  ...change,
});
const web = 'https://belay.example';

describe('what an owner is asked', () => {
  test('is whether they still need things: what will happen, until when, how much, and how to keep them', () => {
    const text = cardText(askMessage(question(3), run, { web, direct: true }));
    expect(text).toBe(
      `
# ● Do you still need these 3?
*Volumes that nothing has used for 30 days are snapshotted and deleted.*
*10.50 EUR and 28.50 USD a month* · you may keep any of them until *2026-11-30 10:00 UTC*. What nobody keeps goes on to an approval then.
[*Keep…*] [Open the list]
• 15.50 USD · volume vol-0a00003 (100 GiB gp3) in eu-west-1 · prod
• 13.00 USD · volume vol-0a00002 (100 GiB gp3) in eu-west-1 · sandbox
• 10.50 EUR · volume vol-0a00001 (100 GiB gp3) in eu-west-1 · staging
~ run \`${RUN}\` · \`cost/unattached-volumes\` · unattached volumes in 3 accounts · list \`found\``.trim(),
    );
  });

  test.each([1, 20, 21, 5_000])('of %d names twenty at most, the dearest, and counts the others', (count) => {
    const message = askMessage(question(count), run, { web, direct: true });
    expectWithinLimits(message);
    const lines = cardText(message).split('\n');
    const named = lines.filter((one) => one.startsWith('• ')).length;
    expect(named).toBe(Math.min(count, 20));
    const more = lines.find((one) => one.startsWith('and ') && one.includes('more'));
    if (count <= 20) expect(more).toBeUndefined();
    else
      expect(more).toBe(
        `and ${count === 21 ? '1' : '4,980'} more, each in <${web}/runs/${RUN}/lists/found?owner=grace|the list>`,
      );
  });

  test('in the channel says whose they are, or that nobody is named', () => {
    const of = (owner: string | null) => askMessage(question(2, { owner }), run, { web: undefined, direct: false });
    expect(cardText(of('grace'))).toContain('# ● Do you still need these 2, grace?');
    expect(cardText(of(null))).toContain('# ● Do you still need these 2, which nobody is named for?');
    expect(cardText(of(null))).not.toContain('Open the list');
  });

  test('cannot act, whatever a tag or a runbook wrote', () => {
    const evil = '<!channel> *now* `x`\u202E';
    const items = [listItemSample(RUN, 1, { title: evil, connection: evil })];
    const list = listSample(RUN, 1, { asks: { what: evil, until: '2026-11-30T10:00:00.000Z', kept: 0, open: true } });
    const text = cardText(
      askMessage({ list, items, owner: null, identities: [] }, run, { web: undefined, direct: false }),
    );
    expect(text).not.toMatch(/<!|\u202E|\*now\*/);
    expect(text).toContain('&lt;!channel&gt; ∗now∗');
  });
});

const Options = z.array(z.looseObject({ value: z.string(), text: z.looseObject({ text: z.string() }) }));
const View = z.object({
  callback_id: z.string(),
  private_metadata: z.string().max(3_000),
  blocks: z.array(
    z.looseObject({
      block_id: z.string().optional(),
      element: z
        .looseObject({
          options: Options.optional(),
          initial_options: Options.optional(),
          initial_date: z.string().optional(),
        })
        .optional(),
    }),
  ),
});
type View = z.infer<typeof View>;

describe('Keep…', () => {
  let door: TestDoor;
  let list: ListView;
  let items: ListItemView[];
  let asked: { request: KeepRequest; person: Person; of: string }[];
  let answer: (request: KeepRequest) => KeepAnswer;
  beforeAll(async () => {
    door = await startTestDoor();
  });
  afterAll(() => door.stop());
  beforeEach(() => {
    door.doors = new FakeDoors(MANIFEST);
    [list, items, asked] = [listSample(RUN, 3), itemsOf(3), []];
    answer = ({ keys, until }) => ({ answer: 'kept', count: keys.length, until: `${until}T00:00:00.000Z` });
    door.doors.list = async (of, name, owner) =>
      of === RUN && name === 'found' && owner === 'grace' ? { list, items } : undefined;
    door.doors.keep = async (of, name, request, person) => {
      asked.push({ request, person, of: `${of} ${name}` });
      return answer(request);
    };
  });

  const value = JSON.stringify({ run: RUN, list: 'found', owner: 'grace' });
  const origin = async () => ({
    ...door.origin('grace'),
    triggerId: await door.slack.triggerId(door.slack.users.grace),
  });
  async function opened(): Promise<View> {
    const before = door.proxy.calls.length;
    const body = blockAction(await origin(), { actionId: ACTIONS.keep, value });
    await sendSlack({ url: door.url, signingSecret: door.slack.signingSecret, body });
    const call = await until('the dialog opens', () =>
      door.proxy.calls.slice(before).find(({ method }) => method === 'views.open'),
    );
    return View.parse(JSON.parse(call.args['view'] ?? '{}'));
  }
  const element = (view: View, block: string) => view.blocks.find(({ block_id }) => block_id === block)?.element;
  const filled = (which: readonly number[], change: { all?: boolean; reason?: string; until?: string } = {}) => ({
    which: {
      which: {
        type: 'multi_static_select',
        selected_options: which.map((one) => ({ value: String(one), text: { type: 'plain_text', text: 'x' } })),
      },
    },
    all: {
      all: {
        type: 'checkboxes',
        selected_options: change.all === true ? [{ value: 'all', text: { type: 'plain_text', text: 'x' } }] : [],
      },
    },
    reason: { reason: { type: 'plain_text_input', value: change.reason ?? 'the audit needs it' } },
    until: { until: { type: 'datepicker', selected_date: 'until' in change ? change.until : '2027-01-31' } },
  });
  const submit = (view: View, values: ReturnType<typeof filled>, who: 'grace' | 'mallory' = 'grace') =>
    sendSlack({
      url: door.url,
      signingSecret: door.slack.signingSecret,
      body: viewSubmission(door.origin(who), {
        callbackId: view.callback_id,
        privateMetadata: view.private_metadata,
        values,
      }),
    });
  const told = async (work: () => Promise<unknown>): Promise<Answer> => {
    const before = door.answers().length;
    await work();
    return until('an answer', () => door.answers()[before]);
  };
  const errorsIn = async (response: Response): Promise<unknown> =>
    z.looseObject({ errors: z.unknown() }).parse(await response.json()).errors;

  test('opens a dialog of what is theirs and not kept, dearest first, for 90 days', async () => {
    items = items.map((item, at) => (at === 0 ? { ...item, kept: 'kept by ada' } : item));
    const view = await opened();
    expect(element(view, 'which')?.options?.map(({ value: of }) => of)).toEqual(['3', '2']);
    const days = (Date.parse(element(view, 'until')?.initial_date ?? '') - Date.now()) / 86_400_000;
    expect(Math.ceil(days)).toBe(90);
    expect(JSON.stringify(view)).toContain('All 2 of them in this list');
    expect(asked).toEqual([]);
  });

  test('keeps exactly what was chosen, in the person’s name, and says until when', async () => {
    const view = await opened();
    const { text } = await told(() => submit(view, filled([1, 3])));
    expect(asked).toEqual([
      {
        of: `${RUN} found`,
        request: { keys: [items[0]?.key, items[2]?.key], reason: 'the audit needs it', until: '2027-01-31' },
        person: { id: `slack:${door.slack.teamId}/${door.slack.users.grace}`, name: 'grace', door: 'slack' },
      },
    ]);
    expect(text).toBe(
      `Kept until 2027-01-31: 2 of \`found\`. Until then they are left out of \`${RUN}\` and of later runs of \`cost/unattached-volumes\`.`,
    );
  });

  test('of more than a menu holds offers the hundred dearest, says so, and all of them by one tick', async () => {
    [list, items] = [listSample(RUN, 312), itemsOf(312)];
    const view = await opened();
    expect(element(view, 'which')?.options).toHaveLength(100);
    expect(JSON.stringify(view)).toContain('The menu has the 100 dearest; 212 more');
    await told(() => submit(view, filled([], { all: true })));
    expect(asked[0]?.request.keys).toHaveLength(312);
  });

  test('of a single one has it chosen already', async () => {
    [list, items] = [listSample(RUN, 1), itemsOf(1)];
    expect(element(await opened(), 'which')?.initial_options).toHaveLength(1);
  });

  test('whose answers are missing says so at each of them, and keeps nothing', async () => {
    const view = await opened();
    const empty = filled([], { reason: ' ', until: '' });
    expect(await errorsIn(await submit(view, empty))).toEqual({
      which: expect.stringContaining('Choose'),
      reason: expect.stringContaining('why'),
      until: expect.stringContaining('day'),
    });
    expect(asked).toEqual([]);
  });

  test('beyond the longest day has the authority’s objection at the day', async () => {
    answer = () => ({ answer: 'refused', why: 'invalid', message: 'until: at most 366 days from now.' });
    const view = await opened();
    expect(await errorsIn(await submit(view, filled([1], { until: '2099-01-01' })))).toEqual({
      until: 'at most 366 days from now.',
    });
  });

  test('by somebody else is refused in words', async () => {
    answer = () => ({ answer: 'refused', why: 'not-yours', message: 'volume 1 is grace’s, and you are in no group.' });
    const view = await opened();
    const { text } = await told(() => submit(view, filled([1]), 'mallory'));
    expect(text).toBe(`Not kept: volume 1 is grace’s, and you are in no group. (\`${RUN}\`)`);
  });

  test.each<[string, () => void, RegExp]>([
    ['the run went on', () => (list = { ...list, asks: list.asks && { ...list.asks, open: false } }), /^Too late: /],
    ['all is kept', () => (items = items.map((item) => ({ ...item, kept: 'kept by ada' }))), /kept already/],
    ['the list is not there', () => (door.doors.list = async () => undefined), /There is no list/],
  ])('once %s is answered at once, before a dialog and after it', async (_, change, words) => {
    const view = await opened();
    change();
    const before = door.proxy.calls.length;
    expect((await door.click('grace', { actionId: ACTIONS.keep, value })).text).toMatch(words);
    expect(door.proxy.calls.slice(before).some(({ method }) => method === 'views.open')).toBe(false);
    expect((await told(() => submit(view, filled([1])))).text).toMatch(words);
    expect(asked).toEqual([]);
  });

  test('sent twice says the second time that it is kept already', async () => {
    const view = await opened();
    await told(() => submit(view, filled([1])));
    items = items.map((item) => (item.position === 1 ? { ...item, kept: 'kept by grace' } : item));
    expect((await told(() => submit(view, filled([1])))).text).toContain('kept already. Nothing changed.');
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['nothing', undefined],
    ['no JSON', 'keep'],
    ['another run id', JSON.stringify({ run: 'x', list: 'found', owner: null })],
    ['more than we put there', JSON.stringify({ run: RUN, list: 'found', owner: null, keys: [] })],
  ])('whose value is %s is answered and asks nothing', async (_, text) => {
    const click = { actionId: ACTIONS.keep, ...(text === undefined ? {} : { value: text }) };
    expect((await door.click('grace', click)).text).toContain('not one of Belay’s');
  });

  test('is asked in a direct message, in the channel where nobody is named, and once each', async () => {
    const identities = ['local:grace', `slack:${door.slack.teamId}/${door.slack.users.grace}`];
    const before = door.proxy.calls.length;
    const { announcer } = door.app;
    for (const _ of [1, 2]) {
      await announcer.ask(question(2, { identities }), run, 'ask-grace');
      await announcer.ask(question(2, { owner: null }), run, 'ask-nobody');
      await announcer.ask(question(2, { identities: ['local:grace'] }), run, 'ask-local');
    }
    const posts = door.proxy.calls.slice(before).filter(({ method }) => method === 'chat.postMessage');
    expect(posts.map(({ args }) => args['channel'])).toEqual([
      door.slack.users.grace,
      door.slack.channelId,
      door.slack.channelId,
    ]);
  });

  test('where an owner takes no direct message asks the channel, by their name', async () => {
    const identities = [`slack:${door.slack.teamId}/${door.slack.users.mallory}`];
    door.proxy.meddle(({ method, args }) =>
      method === 'chat.postMessage' && args['channel'] === door.slack.users.mallory
        ? { instead: { ok: false, error: 'user_disabled' } }
        : undefined,
    );
    const before = door.proxy.calls.length;
    await door.app.announcer.ask(question(2, { identities, owner: 'mallory' }), run, 'ask-away');
    door.proxy.meddle();
    const posts = door.proxy.calls.slice(before).filter(({ method }) => method === 'chat.postMessage');
    expect(posts.map(({ args }) => args['channel'])).toEqual([door.slack.users.mallory, door.slack.channelId]);
    expect(posts.at(-1)?.args['text']).toContain('Do you still need these 2, mallory?');
  });
});
