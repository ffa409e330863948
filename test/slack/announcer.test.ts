import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSlackAnnouncer } from '../../src/slack/slack-announcer.ts';
import type { Announcer } from '../../src/authority/announcer.ts';
import { sampleDecision, sampleGate, sampleRun } from './sample-gate.ts';
import { startTestDoor, type TestDoor } from './start-test-door.ts';

let door: TestDoor;
let announcer: Announcer;
let gate: ReturnType<typeof sampleGate>;
let number = 0;

beforeAll(async () => {
  door = await startTestDoor();
});
afterAll(() => door.stop());

const run = sampleRun();
/** As another process would have it: it remembers nothing of what was posted before. */
const another = (): Announcer => {
  const clientOptions = { client: door.slack.client, channel: door.slack.channelId };
  return createSlackAnnouncer({ ...clientOptions, log: { debug: quiet, info: quiet, warn: quiet, error: quiet } });
};
const quiet = (): void => undefined;
const history = async (): Promise<{ text?: string; ts?: string; blocks?: unknown[] }[]> =>
  (await door.slack.client.conversations.history({ channel: door.slack.channelId })).messages ?? [];
const cards = async () => (await history()).filter(({ text }) => text?.includes(gate.id));
const thread = async (ts: string) =>
  (await door.slack.client.conversations.replies({ channel: door.slack.channelId, ts })).messages ?? [];

beforeEach(() => {
  door.proxy.meddle();
  ({ announcer } = door.app);
  number += 1;
  gate = sampleGate({ id: `g-00000${number.toString(32)}` });
});

describe('a card', () => {
  test('is posted once, without unfurling, and then changed where it stands', async () => {
    const at = await announcer.card(gate, run, undefined);
    expect(at).toEqual({ channel: door.slack.channelId, ts: expect.any(String) });
    const decided = { ...gate, state: 'approved' as const, chosen: 'undo', decisions: [sampleDecision()] };
    expect(await announcer.card(decided, run, at)).toEqual(at);
    expect(await cards()).toMatchObject([{ ts: at.ts, text: expect.stringContaining('Approved by Ada Lovelace') }]);
    const post = door.proxy.calls.find(
      ({ method, args }) => method === 'chat.postMessage' && args['text']?.includes(gate.id),
    );
    expect(post?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });

  test('is posted once by two calls at the same time', async () => {
    const [one, two] = await Promise.all([announcer.card(gate, run, undefined), announcer.card(gate, run, undefined)]);
    expect(one).toEqual(two);
    expect(await cards()).toHaveLength(1);
  });

  test('posted by a process that died before writing it down is found, not posted again', async () => {
    const at = await announcer.card(gate, run, undefined);
    expect(await another().card(gate, run, undefined)).toEqual(at);
    expect(await cards()).toHaveLength(1);
  });

  test('is not doubled when Slack posts it and then answers with an error', async () => {
    door.proxy.meddle(({ method }) => (method === 'chat.postMessage' ? 'lost' : undefined));
    await expect(announcer.card(gate, run, undefined)).rejects.toMatchObject({ type: 'retry.unreachable' });
    door.proxy.meddle();
    await announcer.card(gate, run, undefined);
    expect(await cards()).toHaveLength(1);
  });

  test('that was deleted is posted anew', async () => {
    const at = await announcer.card(gate, run, undefined);
    await door.slack.client.chat.delete({ channel: at.channel, ts: at.ts });
    const again = await announcer.card(gate, run, at);
    expect(again.ts).not.toBe(at.ts);
    expect(await cards()).toMatchObject([{ ts: again.ts }]);
  });

  test('is posted without the scope to read the channel’s history', async () => {
    door.proxy.meddle(({ method }) =>
      method === 'conversations.history' ? { instead: { ok: false, error: 'missing_scope' } } : undefined,
    );
    await announcer.card(gate, run, undefined);
    expect(await cards()).toHaveLength(1);
    expect(door.logged.join()).toContain('missing_scope');
  });

  test.each([
    [
      'asks to wait',
      { instead: {}, status: 429, headers: { 'retry-after': '30' } },
      { type: 'retry.throttled', retryAfterMs: 30_000 },
    ],
    ['is broken', { instead: {}, status: 503 }, { type: 'retry.unreachable' }],
    [
      'does not have the channel',
      { instead: { ok: false, error: 'channel_not_found' } },
      { type: 'stop.forbidden', message: expect.stringContaining('invite it') },
    ],
  ])('while Slack %s rejects once, without trying again underneath', async (_, deed, failure) => {
    door.proxy.meddle(({ method }) => (method === 'chat.postMessage' ? deed : undefined));
    const before = door.proxy.calls.length;
    await expect(announcer.card(gate, run, undefined)).rejects.toMatchObject(failure);
    expect(door.proxy.calls.slice(before).filter(({ method }) => method === 'chat.postMessage')).toHaveLength(1);
  });
});

describe('a note', () => {
  test('stands in the card’s thread, once, whoever says it again', async () => {
    const at = await announcer.card(gate, run, undefined);
    await announcer.say('Restarted <!channel>', run, at, `n${number}`);
    await announcer.say('Restarted <!channel>', run, at, `n${number}`);
    await another().say('Restarted <!channel>', run, at, `n${number}`);
    const notes = (await thread(at.ts)).filter(({ ts }) => ts !== at.ts);
    expect(notes).toHaveLength(1);
    expect(JSON.stringify(notes)).toContain('&lt;!channel&gt;');
  });

  test('without a card stands in the channel and names its run', async () => {
    await announcer.say('I would have asked', run, undefined, `c${number}`);
    await another().say('I would have asked', run, undefined, `c${number}`);
    const notes = (await history()).filter(({ text }) => text === 'I would have asked');
    expect(notes).toHaveLength(1);
    expect(JSON.stringify(notes)).toContain(run.id);
  });

  test('that is long is said whole', async () => {
    const words = Array.from({ length: 900 }, (_, index) => `word${index}`).join(' ');
    await announcer.say(words, run, undefined, `l${number}`);
    const [note] = await history();
    const told = JSON.stringify(note?.blocks);
    expect(told).toContain('word0 ');
    expect(told).toContain('word899');
  });
});
