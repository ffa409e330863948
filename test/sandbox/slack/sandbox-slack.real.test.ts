import { once } from 'node:events';
import { createServer } from 'node:http';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { controlName } from '../../../sandbox/slack/control-value.ts';
import { type SandboxSlack, startSandboxSlack } from '../../../sandbox/slack/start-sandbox-slack.ts';
import { startStubBelay } from './stub-belay.ts';
import { visit } from './visitor.ts';

/** Everything here is in this process, on loopback ports: the emulated Web API, the page, and a receiver on real Bolt. */
let sandbox: SandboxSlack;
let belay: Awaited<ReturnType<typeof startStubBelay>>;
let visitor: Awaited<ReturnType<typeof visit>>;

beforeAll(async () => {
  let address = '';
  sandbox = await startSandboxSlack({ belay: () => address });
  belay = await startStubBelay(sandbox.env);
  address = belay.url;
  visitor = await visit(sandbox);
});

afterAll(async () => {
  await belay?.stop();
  await sandbox?.stop();
});

const post = async () => String((await belay.post()).ts);
const team = () => /^slack:(\w+)\//.exec(sandbox.env.BELAY_APPROVERS)?.[1];
const memberIds = async () => {
  const { members = [] } = await belay.client.users.list({});
  return new Map(members.map((member) => [member.name, member]));
};

describe('what Belay is given', () => {
  test('approvers are the two engineers by team and user id, and not the guest', async () => {
    const people = await memberIds();
    const ids = ['ada', 'grace'].map((name) => `slack:${team()}/${people.get(name)?.id}`);
    expect(sandbox.env.BELAY_APPROVERS.split(',')).toEqual(ids);
  });

  test('the Web API says who is a guest, one by one and in the list', async () => {
    const people = await memberIds();
    const guest = people.get('guest-bob');
    expect(guest?.is_restricted).toBe(true);
    expect(people.get('ada')?.is_restricted).toBe(false);
    expect((await belay.client.users.info({ user: guest?.id ?? '' })).user?.is_restricted).toBe(true);
  });

  test("the token is the bot's, and no other works", async () => {
    expect(await belay.client.auth.test()).toMatchObject({ ok: true, user: 'belay', team_id: team() });
    for (const token of ['xoxb-other', '']) {
      const headers = token ? { authorization: `Bearer ${token}` } : {};
      const answer = await fetch(`${sandbox.env.SLACK_API_URL}auth.test`, { method: 'POST', headers });
      expect(await answer.json()).toMatchObject({ ok: false });
    }
  });

  test('methods that nobody emulates are said to be unknown', async () => {
    await expect(belay.client.apiCall('usergroups.list')).rejects.toThrow('unknown_method');
  });

  test("a card over Slack's limits is refused as Slack refuses it", async () => {
    const blocks = [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'x'.repeat(3001) } }];
    await expect(belay.post(blocks)).rejects.toThrow('invalid_blocks');
  });
});

describe('a click', () => {
  test('reaches Bolt as a signed block_actions of that person on that card', async () => {
    const ts = await post();
    const people = await memberIds();
    const answer = await visitor.use('grace', ts, 'approve');
    expect(answer.delivery).toMatchObject({ ok: true, status: 200 });
    expect(belay.heard.actions.at(-1)).toMatchObject({
      type: 'block_actions',
      user: { id: people.get('grace')?.id, team_id: team(), name: 'grace' },
      team: { id: team() },
      channel: { id: sandbox.env.BELAY_SLACK_CHANNEL, name: 'ops' },
      container: { type: 'message', message_ts: ts, channel_id: sandbox.env.BELAY_SLACK_CHANNEL },
      message: { ts, bot_id: expect.any(String) },
      actions: [{ action_id: 'approve', block_id: 'decide:g-4f7k2m', value: 'g-4f7k2m|sha256:9c1f', type: 'button' }],
      response_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/respond\/[\w-]{20,}$/),
      trigger_id: expect.any(String),
    });
    await visitor.sees('ada', 'Approved by');
    expect(await visitor.page('ada', `&thread=${ts}`)).toContain('Revision 6 is serving');
  });

  test('on a button that the card does not have changes nothing and is said', async () => {
    const ts = await post();
    const before = belay.heard.actions.length;
    expect(await visitor.use('ada', ts, 'launch')).toMatchObject({ status: 409 });
    expect(await visitor.use('ada', '1.000001', 'approve')).toMatchObject({ status: 409 });
    expect(belay.heard.actions).toHaveLength(before);
  });

  test('by somebody who is not in the workspace is refused', async () => {
    expect(await visitor.use('mallory', await post(), 'approve')).toMatchObject({ status: 422 });
  });

  test('an answer to its response_url is seen by that person only, and can be put away', async () => {
    await visitor.use('ada', await post(), 'evidence');
    await visitor.sees('ada', '12 queries');
    expect(await visitor.page('grace')).not.toContain('12 queries');
    const ts = /data-kind="ephemeral" data-id="([\d.]+)"/.exec(await visitor.page('ada'))?.[1];
    await visitor.act('dismiss', { as: 'ada', ts });
    expect(await visitor.page('ada')).not.toContain('12 queries');
  });

  test('a response_url replaces or deletes its card, five times at most', async () => {
    const ts = await post();
    await visitor.use('ada', ts, 'evidence');
    const url = belay.heard.actions.at(-1)?.response_url ?? '';
    const say = (content: object) =>
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) });
    await visitor.sees('ada', '12 queries');
    expect((await say({ replace_original: true, text: 'Decided elsewhere' })).status).toBe(200);
    expect(await visitor.page('grace')).toContain('Decided elsewhere');
    expect((await say({ delete_original: true })).status).toBe(200);
    expect(await visitor.page('grace')).not.toContain('Decided elsewhere');
    const later = [await say({ text: '4' }), await say({ text: '5' }), await say({ text: '6' })];
    expect(later.map(({ status }) => status)).toEqual([200, 200, 404]);
    expect((await fetch(`${sandbox.page}/respond/guessed`, { method: 'POST' })).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a modal', () => {
  const state = (reason: string) => ({ [controlName({ blockId: 'reason', actionId: 'text' })]: [reason] });

  test('opens for the one who clicked, shows what is wrong with it, and closes when it is right', async () => {
    await visitor.use('ada', await post(), 'deny');
    const view = await visitor.opened('ada');
    expect(await visitor.modal('grace')).toBe('');

    const wrong = await visitor.act('submit', { as: 'ada', view, state: state('no') });
    expect(wrong.errors).toEqual({ reason: 'Say it in at least five letters.' });
    expect(await visitor.modal('ada')).toBe(view);

    const right = await visitor.act('submit', { as: 'ada', view, state: state('wrong service') });
    expect(right).toMatchObject({ delivery: { ok: true } });
    expect(await visitor.modal('ada')).toBe('');
    expect(belay.heard.submissions.at(-1)?.view.state.values).toMatchObject({
      reason: { text: { type: 'plain_text_input', value: 'wrong service' } },
      next: { choice: { type: 'static_select', selected_option: null } },
    });
    await visitor.sees('grace', 'wrong service');
  });

  test('that is not open any more cannot be submitted, nor one that another person has open', async () => {
    await visitor.use('ada', await post(), 'deny');
    const view = await visitor.opened('ada');
    expect(await visitor.act('submit', { as: 'grace', view, state: state('not mine') })).toMatchObject({ status: 409 });
    await visitor.act('close', { as: 'ada', view });
    expect(await visitor.act('submit', { as: 'ada', view, state: state('too late') })).toMatchObject({ status: 409 });
  });
});

describe('what Belay answers to a submitted modal is done', () => {
  const modals = async () =>
    (await visitor.page('grace')).match(/<h2 id="title-\w+">[^<]*/g)?.map((h2) => h2.replace(/.*>/, ''));

  test.each([
    ['update', ['After update'], true],
    ['push', ['First', 'After push'], true],
    ['clear', undefined, true],
    ['too-long', ['First'], false],
  ])('%s', async (answer, shown, ok) => {
    await visitor.act('say', { as: 'grace', text: `/belay modal ${answer}` });
    const view = await visitor.opened('grace');
    expect(await visitor.act('submit', { as: 'grace', view, state: {} })).toMatchObject({ delivery: { ok } });
    expect(await modals()).toEqual(shown);
    for (;;) {
      const open = await visitor.modal('grace');
      if (open === '') break;
      await visitor.act('close', { as: 'grace', view: open });
    }
  });
});

describe('the message box', () => {
  test('sends a slash command with its text as typed, and shows the answer to that person only', async () => {
    const text = 'run remediation/bad-deploy workload="shop/checkout" note=“später” --flag=a&b=c';
    await visitor.act('say', { as: 'grace', text: `/belay ${text}` });
    expect(belay.heard.commands.at(-1)).toMatchObject({
      command: '/belay',
      text,
      user_name: 'grace',
      channel_name: 'ops',
    });
    await visitor.sees('grace', 'Two runs are open.');
    expect(await visitor.page('grace')).toContain('You said');
    expect(await visitor.page('ada')).not.toContain('Two runs are open.');
  });

  test('says other things as the person', async () => {
    await visitor.act('say', { as: 'guest-bob', text: 'is checkout <b>down</b>?' });
    const page = await visitor.page('ada');
    expect(page).toContain('Bob Guest');
    expect(page).not.toContain('<b>down</b>');
  });

  test('the Home tab asks Belay for its content', async () => {
    await visitor.act('home', { as: 'ada' });
    await visitor.sees('ada', 'Waiting for you', '&tab=home');
  });
});

describe('when Belay does not take it, the page says so', () => {
  test('a wrong signing secret is refused with 401', async () => {
    const env = { ...sandbox.env };
    let address = '';
    const other = await startSandboxSlack({ belay: () => address, signingSecret: 'not-the-one' });
    const strict = await startStubBelay({ ...env, ...other.env }, 'the-real-one');
    address = strict.url;
    try {
      const outsider = await visit(other);
      const answer = await outsider.act('say', { as: 'ada', text: '/belay halt now' });
      expect(answer.delivery).toMatchObject({ ok: false, status: 401, said: expect.stringContaining('signature') });
      expect(strict.heard.commands).toEqual([]);
      expect(await outsider.page('ada')).toContain('Belay refused it with 401');
    } finally {
      await strict.stop();
      await other.stop();
    }
  });

  test('nobody listening: it did not answer', async () => {
    const alone = await startSandboxSlack({ belay: 'http://127.0.0.1:1' });
    try {
      const answer = await (await visit(alone)).act('say', { as: 'ada', text: '/belay runs' });
      expect(answer.delivery).toMatchObject({
        ok: false,
        status: null,
        said: expect.stringContaining('did not answer'),
      });
    } finally {
      await alone.stop();
    }
  });
});

test("Belay answering too late is said after Slack's three seconds", async () => {
  const slow = createServer(() => {}).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const address = slow.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const waiting = await startSandboxSlack({ belay: `http://127.0.0.1:${port}` });
  try {
    const answer = await (await visit(waiting)).act('say', { as: 'ada', text: '/belay runs' });
    expect(answer.delivery).toMatchObject({
      ok: false,
      status: null,
      said: expect.stringContaining('nothing within 3 s'),
    });
  } finally {
    await waiting.stop();
    slow.closeAllConnections();
    slow.close();
  }
});

describe('the page is for the one who holds the code', () => {
  test('strangers see the sign-in and can do nothing', async () => {
    const page = await fetch(`${sandbox.page}/?as=ada`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/signin?to=%2F%3Fas%3Dada']);
    for (const path of ['/act/use', '/act/say', '/act/submit', '/live', '/assets/client.js']) {
      const method = path.startsWith('/act') ? 'POST' : 'GET';
      expect((await fetch(sandbox.page + path, { method })).status).toBe(401);
    }
  });

  test('a click without the CSRF header, or from another origin, does nothing', async () => {
    const body = JSON.stringify({ as: 'ada', text: '/belay halt now' });
    const headers = { cookie: visitor.cookie, 'content-type': 'application/json' };
    const before = belay.heard.commands.length;
    expect((await fetch(`${sandbox.page}/act/say`, { method: 'POST', headers, body })).status).toBe(403);
    const foreign = { ...headers, origin: 'http://127.0.0.1:9' };
    expect((await fetch(`${sandbox.page}/act/say`, { method: 'POST', headers: foreign, body })).status).toBe(403);
    expect(belay.heard.commands).toHaveLength(before);
  });

  test('no page shows a secret', async () => {
    const page = await visitor.page('ada');
    const { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET } = sandbox.env;
    for (const secret of [SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, sandbox.code]) expect(page).not.toContain(secret);
    expect(page).not.toContain('xoxp-');
  });

  test('a port that is taken is an error, and nothing stays behind', async () => {
    const port = Number(new URL(sandbox.page).port);
    await expect(startSandboxSlack({ belay: 'http://127.0.0.1:1', port })).rejects.toThrow('EADDRINUSE');
  });
});
