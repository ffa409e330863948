import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { Failure } from '../../src/domain/failure.ts';
import { ACTIONS } from '../../src/slack/button-value.ts';
import { DIALOGS } from '../../src/slack/dialog.ts';
import { FakeDoors } from '../support/fake-doors.ts';
import { blockAction, sendSlack, slackSignature, viewSubmission } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';
import { GATE, MANIFEST, RESTART, sampleGate, sampleOption, sampleRun } from './sample-gate.ts';
import { startTestDoor, type TestDoor } from './start-test-door.ts';

const View = z.object({ private_metadata: z.string() });

let door: TestDoor;
beforeAll(async () => {
  door = await startTestDoor();
});
afterAll(() => door.stop());

const options = [sampleOption(), RESTART];
const valueOf = (option = options[0] ?? sampleOption()): string =>
  JSON.stringify({ gate: GATE, option: option.id, digest: option.digest });
const approve = { actionId: ACTIONS.approve, value: valueOf() };

beforeEach(() => {
  door.proxy.meddle();
  door.doors = new FakeDoors(MANIFEST);
  door.doors.approvers = (['ada', 'grace'] as const).map((who) => person(who).id);
  door.doors.add(sampleGate({ options }), sampleRun());
});

const gate = async () => {
  const found = await door.doors.gate(GATE);
  if (found === undefined) throw new Error('the gate is gone');
  return found;
};

describe('a click on Approve', () => {
  test('is one decision of that person, for that option, with the digest that was shown', async () => {
    const answer = await door.click('ada', approve);
    expect(answer.text).toMatch(/^Approved: `undo`/);
    expect(door.doors.asked).toEqual([
      {
        gate: GATE,
        request: { decision: 'approve', option: 'undo', digest: options[0]?.digest },
        person: { id: `slack:${door.slack.teamId}/${door.slack.users.ada}`, name: 'ada', door: 'slack' },
      },
    ]);
    expect(await gate()).toMatchObject({ state: 'approved', chosen: 'undo', decisions: [{ decision: 'approve' }] });
  });

  test('on another option chooses that one', async () => {
    await door.click('ada', { ...approve, value: valueOf(RESTART) });
    expect(await gate()).toMatchObject({ state: 'approved', chosen: 'restart' });
  });

  test('five times at once is recorded once, and each click gets an answer', async () => {
    const before = door.answers().length;
    const body = blockAction(door.origin('ada'), approve);
    const send = () => sendSlack({ url: door.url, signingSecret: door.slack.signingSecret, body });
    const statuses = await Promise.all([send(), send(), send(), send(), send()]);
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await until('all are answered', () => door.answers().length === before + 5);
    const texts = door
      .answers()
      .slice(before)
      .map(({ text }) => text);
    expect(texts.filter((text) => text.startsWith('Approved'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('already counts'))).toHaveLength(4);
    expect((await gate()).decisions).toHaveLength(1);
  });

  test('when two approvals are needed says what is still missing', async () => {
    const { requirement } = await gate();
    const [need] = requirement.needs;
    if (need === undefined) throw new Error('no need');
    door.doors.change(GATE, { requirement: { ...requirement, needs: [{ ...need, count: 2 }] } });
    expect((await door.click('ada', approve)).text).toContain('Still missing: 1 of approvers');
    expect((await door.click('ada', approve)).text).toContain('already counts');
    expect(await gate()).toMatchObject({ state: 'open', missing: ['1 of approvers'] });
    expect((await door.click('grace', approve)).text).toMatch(/^Approved/);
  });

  test('by somebody who is not on the list passes the refusal on', async () => {
    expect((await door.click('mallory', approve)).text).toMatch(/^Not counted: .*not an approver/);
    expect((await gate()).decisions).toEqual([]);
  });

  test('on a stale card is answered and changes nothing', async () => {
    door.doors.change(GATE, { state: 'expired' });
    expect((await door.click('ada', approve)).text).toMatch(/^Not counted: .*expired/);
    expect((await gate()).decisions).toEqual([]);
  });

  test('on a card whose option has changed since is refused by its digest', async () => {
    door.doors.change(GATE, { options: [sampleOption({ manual: 'something else' })] });
    expect((await door.click('ada', approve)).text).toMatch(/^Not counted: What you saw/);
    expect((await gate()).decisions).toEqual([]);
  });

  test('after somebody else denied is refused', async () => {
    await door.doors.decide(GATE, { decision: 'deny', digest: options[0]?.digest ?? '' }, person('grace'));
    expect((await door.click('ada', approve)).text).toMatch(/^Not counted: .*denied already/);
  });

  test.each([
    ['not JSON', 'approve'],
    ['another gate id', JSON.stringify({ gate: 'x', option: 'undo', digest: options[0]?.digest })],
    ['no digest', JSON.stringify({ gate: GATE, option: 'undo' })],
    ['more than we put there', JSON.stringify({ ...JSON.parse(valueOf()), decision: 'approve' })],
    ['nothing', undefined],
  ])('with a value that is %s is answered and asks nothing', async (_, value) => {
    const answer = await door.click('ada', { actionId: ACTIONS.approve, ...(value === undefined ? {} : { value }) });
    expect(answer.text).toContain('not one of Belay’s');
    expect(door.doors.asked).toEqual([]);
  });

  test('while the database is down claims nothing and asks to try again', async () => {
    door.doors.breakWith = new Failure('retry.unreachable', 'the database does not answer');
    expect((await door.click('ada', approve)).text).toContain('could not confirm this: the database does not answer');
  });

  test('on a card that only the clicker sees puts the answer in its place, a refusal beside it', async () => {
    const body = (who: 'ada' | 'mallory') =>
      blockAction(door.origin(who), approve).replace(
        encodeURIComponent('"is_ephemeral":false'),
        encodeURIComponent('"is_ephemeral":true'),
      );
    const send = async (who: 'ada' | 'mallory') => {
      const before = door.answers().length;
      await sendSlack({ url: door.url, signingSecret: door.slack.signingSecret, body: body(who) });
      return until('an answer', () => door.answers()[before]);
    };
    expect((await send('mallory')).replace_original).toBe(false);
    expect((await send('ada')).replace_original).toBe(true);
  });

  test('of an unknown kind is answered', async () => {
    expect((await door.click('ada', { actionId: 'other.button' })).text).toContain(
      'does not know what `other.button` means',
    );
  });
});

describe('whoever is no member of the workspace decides nothing', () => {
  const userInfo = (change: object) => ({
    ok: true,
    user: {
      id: door.slack.users.ada,
      team_id: door.slack.teamId,
      name: 'ada',
      is_bot: false,
      deleted: false,
      ...change,
    },
  });

  // A user id of their own each: answers are kept for a minute.
  test.each([
    ['a guest', 'U0GUEST1', { is_restricted: true }, 'Guests'],
    ['a guest of one channel', 'U0GUEST2', { is_ultra_restricted: true }, 'Guests'],
    ['a bot', 'U0BOT1', { is_bot: true }, 'Bots'],
    ['a workflow', 'U0BOT2', { is_workflow_bot: true }, 'Bots'],
    ['a deactivated account', 'U0GONE1', { deleted: true }, 'deactivated'],
    ['a stranger', 'U0STRANGER1', { is_stranger: true }, 'Only members'],
    ['somebody whose home is another team', 'U0STRANGER2', { team_id: 'T0OTHER' }, 'Only members'],
  ])('%s', async (_, userId, change, told) => {
    door.proxy.meddle(({ method }) => (method === 'users.info' ? { instead: userInfo(change) } : undefined));
    expect((await door.click('ada', approve, { userId })).text).toMatch(new RegExp(`^Not counted: .*${told}`));
    expect(door.doors.asked).toEqual([]);
  });

  test('somebody whom Slack cannot tell us about, because it is down', async () => {
    door.proxy.meddle(({ method }) => (method === 'users.info' ? { instead: {}, status: 503 } : undefined));
    expect((await door.click('ada', approve, { userId: 'U0UNKNOWN1' })).text).toContain('could not tell who you are');
    expect(door.doors.asked).toEqual([]);
  });

  test('a request from another team', async () => {
    expect((await door.click('ada', approve, { teamId: 'T0OTHER' })).text).toContain('Only members');
    expect(door.doors.asked).toEqual([]);
  });

  test('a request for another app', async () => {
    const bot = { id: 'B0BELAYBOT1', app_id: 'A0BELAY0001' };
    const other = await startTestDoor(({ method }) =>
      method === 'bots.info' ? { instead: { ok: true, bot } } : undefined,
    );
    try {
      other.doors.approvers = [person('ada').id];
      other.doors.add(sampleGate({ options }), sampleRun());
      expect((await other.click('ada', approve, { appId: 'A0OTHER' })).text).toContain('another Slack app');
      expect(other.doors.asked).toEqual([]);
      await other.click('ada', approve);
      expect(other.doors.asked).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });

  test('a click that carries a bot id', async () => {
    const before = door.answers().length;
    const form = new URLSearchParams(blockAction(door.origin('ada'), approve));
    form.set('payload', JSON.stringify({ ...JSON.parse(form.get('payload') ?? '{}'), bot_id: 'B01' }));
    await sendSlack({ url: door.url, signingSecret: door.slack.signingSecret, body: form.toString() });
    expect((await until('an answer', () => door.answers()[before])).text).toContain('Bots');
    expect(door.doors.asked).toEqual([]);
  });

  test('one person is looked up once in a minute', async () => {
    const count = () =>
      door.proxy.calls.filter(({ method, args }) => method === 'users.info' && args['user'] === door.slack.users.grace)
        .length;
    await door.click('grace', approve);
    const before = count();
    await door.click('grace', approve);
    expect(count()).toBe(before);
  });
});

describe('no valid proof, no effect', () => {
  const now = () => Math.floor(Date.now() / 1_000);
  const body = () => blockAction(door.origin('ada'), approve);

  test.each([
    ['a wrong secret', 401, () => ({ signingSecret: 'wrong' })],
    ['no signature', 401, () => ({ headers: { 'x-slack-signature': '' } })],
    [
      'a signature of version 1',
      401,
      () => ({
        headers: { 'x-slack-signature': slackSignature(door.slack.signingSecret, now(), body()).replace('v0', 'v1') },
      }),
    ],
    [
      'a signature of another body',
      401,
      () => ({ headers: { 'x-slack-signature': slackSignature(door.slack.signingSecret, now(), 'x') } }),
    ],
    ['a timestamp six minutes old', 401, () => ({ timestamp: now() - 360 })],
    ['a timestamp six minutes ahead', 401, () => ({ timestamp: now() + 360 })],
    ['a timestamp that is no number', 401, () => ({ headers: { 'x-slack-request-timestamp': 'Infinity' } })],
    ['a body over 1 MiB', 413, () => ({ body: `${body()}&x=${'y'.repeat(1024 * 1024)}` })],
    ['a signed body that is no object', 400, () => ({ body: 'payload=null' })],
    ['a signed body that is not JSON', 400, () => ({ body: 'payload={' })],
  ])('%s → %i', async (_, status, change) => {
    const request = { url: door.url, signingSecret: door.slack.signingSecret, body: body(), ...change() };
    expect((await sendSlack(request)).status).toBe(status);
    expect(door.doors.asked).toEqual([]);
  });

  test('a decision smuggled into Slack’s unsigned certificate check', async () => {
    const answer = await fetch(door.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `ssl_check=1&${body()}`,
    });
    expect(answer.status).toBe(200);
    expect(door.doors.asked).toEqual([]);
  });

  test('only POST is taken, and only at its address', async () => {
    expect((await fetch(door.url)).status).toBe(405);
    const elsewhere = {
      url: door.url.replace('events', 'else'),
      signingSecret: door.slack.signingSecret,
      body: body(),
    };
    expect((await sendSlack(elsewhere)).status).toBe(404);
  });
});

describe('Deny', () => {
  const deny = { actionId: ACTIONS.deny, value: valueOf() };
  const open = async (): Promise<string> => {
    const { users, triggerId } = door.slack;
    const before = door.proxy.calls.length;
    const body = blockAction({ ...door.origin('ada'), triggerId: await triggerId(users.ada) }, deny);
    await sendSlack({ url: door.url, signingSecret: door.slack.signingSecret, body });
    const call = await until('the dialog opens', () =>
      door.proxy.calls.slice(before).find(({ method }) => method === 'views.open'),
    );
    return View.parse(JSON.parse(call.args['view'] ?? '{}')).private_metadata;
  };
  const submit = async (privateMetadata: string, reason: string) =>
    sendSlack({
      url: door.url,
      signingSecret: door.slack.signingSecret,
      body: viewSubmission(door.origin('ada'), {
        callbackId: DIALOGS.deny,
        privateMetadata,
        values: { reason: { reason: { type: 'plain_text_input', value: reason } } },
      }),
    });

  test('asks for the reason first, and decides nothing until it is given', async () => {
    const kept = await open();
    expect(door.doors.asked).toEqual([]);
    const before = door.answers().length;
    await submit(kept, '  not during the sale ');
    expect((await until('an answer', () => door.answers()[before])).text).toMatch(/^Denied/);
    expect(await gate()).toMatchObject({ state: 'denied', reason: 'not during the sale' });
  });

  test('without a reason the dialog says so and nothing is decided', async () => {
    const answer = await submit(await open(), '   ');
    expect(await answer.json()).toMatchObject({ response_action: 'errors', errors: { reason: expect.any(String) } });
    expect(door.doors.asked).toEqual([]);
  });

  test('a dialog that was filled in too late is answered', async () => {
    const kept = await open();
    door.doors.change(GATE, { state: 'void' });
    const before = door.answers().length;
    await submit(kept, 'no');
    expect((await until('an answer', () => door.answers()[before])).text).toMatch(/^Not counted: .*void/);
  });

  test('on a stale card is answered at once and reaches the record', async () => {
    door.doors.change(GATE, { state: 'done' });
    expect((await door.click('ada', deny)).text).toMatch(/^Not counted: .*done already/);
    expect(door.doors.asked).toHaveLength(1);
  });

  test('when the dialog cannot open says what to type instead', async () => {
    door.proxy.meddle(({ method }) =>
      method === 'views.open' ? { instead: { ok: false, error: 'expired_trigger_id' } } : undefined,
    );
    expect((await door.click('ada', deny)).text).toContain(`/belay deny ${GATE}`);
  });

  test('a dialog of somebody else’s making is answered and asks nothing', async () => {
    await submit('{"decide":{}}', 'no');
    await until('it is told', () =>
      door.proxy.calls.some(
        ({ method, args }) => method === 'chat.postMessage' && args['channel'] === door.slack.users.ada,
      ),
    );
    expect(door.doors.asked).toEqual([]);
  });
});

const person = (who: 'ada' | 'grace') => ({
  id: `slack:${door.slack.teamId}/${door.slack.users[who]}`,
  name: who,
  door: 'slack' as const,
});
