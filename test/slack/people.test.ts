import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { webApi } from '@slack/bolt';
import { MEMBERSHIP_AGE } from '../../src/authority/people/membership-age.ts';
import { ACTIONS } from '../../src/slack/button-value.ts';
import { createPeople, type Sender } from '../../src/slack/people.ts';
import { FakeDoors } from '../support/fake-doors.ts';
import { blockAction, sendSlack, slashCommand } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';
import { GATE, MANIFEST, sampleGate, sampleOption, sampleRun } from './sample-gate.ts';
import { startTestDoor, type TestDoor } from './start-test-door.ts';

let door: TestDoor;
beforeAll(async () => {
  door = await startTestDoor();
});
afterAll(() => door.stop());

const option = sampleOption();
const value = JSON.stringify({ gate: GATE, option: option.id, digest: option.digest });
const approve = { actionId: ACTIONS.approve, value };

/** A user id that no earlier test has asked Slack about: what Slack said of somebody counts for a minute. */
let last = 0;
const freshUser = (): string => `UFRESH${(last += 1)}`;

beforeEach(() => {
  door.proxy.meddle();
  door.doors = new FakeDoors(MANIFEST);
  // Whoever is refused here is refused for what they are and not for a list they are missing on.
  door.doors.approvers = [...Array(200).keys()].map((at) => `slack:${door.slack.teamId}/UFRESH${at}`);
  door.doors.add(sampleGate({ options: [option] }), sampleRun());
});

const member = (id: string) => ({ id, team_id: door.slack.teamId, name: 'ada', profile: { email: 'ada@example.com' } });
/** A Slack that says this of everybody. */
const slackSays = (user: object | undefined) =>
  door.proxy.meddle(({ method, args }) =>
    method === 'users.info'
      ? { instead: { ok: true, user: user && { ...member(String(args['user'])), ...user } } }
      : undefined,
  );

test('a full member of our workspace is their team id and user id, whatever name and e-mail they carry', async () => {
  const userId = freshUser();
  slackSays({ name: 'grace', profile: { real_name: 'Grace <!channel>', email: 'ceo@example.com' } });
  await door.click('ada', approve, { userId });
  expect(door.doors.asked.map(({ person }) => person)).toEqual([
    { id: `slack:${door.slack.teamId}/${userId}`, name: 'Grace <!channel>', door: 'slack' },
  ]);
});

test("the name and e-mail address of an approver are nobody's pass: another user id is another person", async () => {
  door.doors.approvers = [`slack:${door.slack.teamId}/${door.slack.users.ada}`];
  const userId = freshUser();
  slackSays({ name: 'ada', profile: { real_name: 'ada', email: 'ada@example.com' } });
  expect((await door.click('mallory', approve, { userId })).text).toMatch(/^Not counted: .*not an approver/);
});

describe('never decides, by button or by command, whatever list they are on', () => {
  test.each([
    ['a bot', { is_bot: true }, 'Bots and workflows'],
    ['a workflow', { is_workflow_bot: true }, 'Bots and workflows'],
    ['a guest of several channels', { is_restricted: true }, 'Guests'],
    ['a guest of one channel', { is_restricted: true, is_ultra_restricted: true }, 'Guests'],
    ['somebody deactivated', { deleted: true }, 'deactivated'],
    ['a stranger of a connected workspace', { is_stranger: true }, 'Only members'],
    ['somebody whose home is another workspace', { team_id: 'T0OTHER' }, 'Only members'],
    ['somebody whose workspace Slack does not say', { team_id: undefined }, 'Only members'],
    ['somebody else than was asked about', { id: 'U0SOMEBODY' }, 'does not know you'],
    ['nobody', undefined, 'does not know you'],
  ])('%s', async (_, user, why) => {
    slackSays(user);
    const userId = freshUser();
    expect((await door.click('ada', approve, { userId })).text).toContain(why);
    expect((await door.type('ada', `deny ${GATE} because`, { userId })).text).toContain(why);
    expect(door.doors.asked).toEqual([]);
  });

  test.each([
    ['an unknown user', { ok: false, error: 'user_not_found' }, 200],
    ['an answer that is an error', { ok: false, error: 'internal_error' }, 200],
    ['a server error', {}, 500],
    ['a rate limit', { ok: false, error: 'ratelimited' }, 429],
  ])('anybody, while Slack gives %s', async (_, instead, status) => {
    const headers: Record<string, string> = status === 429 ? { 'retry-after': '30' } : {};
    door.proxy.meddle(({ method }) => (method === 'users.info' ? { instead, status, headers } : undefined));
    const answer = await door.click('ada', approve, { userId: freshUser() });
    expect(answer.text).toContain('Slack could not tell who you are just now, so nothing was done');
    expect(door.doors.asked).toEqual([]);
  });

  test.each([
    ['of another team', { teamId: 'T0OTHER' }, 'Only members'],
    ['of a user id in other letters', { userId: 'ufresh1' }, 'did not say who you are'],
    ['of an e-mail address for a user', { userId: 'ada@example.com' }, 'did not say who you are'],
    ['of no user', { userId: '' }, 'did not say who you are'],
  ])('a signed request %s', async (_, change, why) => {
    const userId = freshUser();
    expect((await door.click('ada', approve, { userId, ...change })).text).toContain(why);
    expect((await door.type('ada', `deny ${GATE} because`, { userId, ...change })).text).toContain(why);
    expect(door.doors.asked).toEqual([]);
  });

  /** A signed click whose payload says one thing more, or another. */
  const clickWith = async (change: (payload: Record<string, unknown>) => object): Promise<string> => {
    const before = door.answers().length;
    const form = new URLSearchParams(blockAction({ ...door.origin('ada'), userId: freshUser() }, approve));
    const payload: Record<string, unknown> = JSON.parse(form.get('payload') ?? '');
    form.set('payload', JSON.stringify({ ...payload, ...change(payload) }));
    await sendSlack({ url: door.url, signingSecret: door.slack.signingSecret, body: form.toString() });
    return (await until('an answer', () => door.answers()[before])).text;
  };
  test.each([
    ['sent by a bot', () => ({ bot_id: 'B1' }), 'Bots and workflows'],
    [
      'of a person of a connected workspace in our channel',
      ({ user }: Record<string, unknown>) => ({ user: { ...Object(user), team_id: 'T0OTHER' } }),
      'Only members',
    ],
    ['of an installation for a whole organisation', () => ({ is_enterprise_install: true }), 'Only members'],
  ])('a signed click %s', async (_, change, why) => {
    slackSays({});
    expect(await clickWith(change)).toMatch(new RegExp(why));
    expect(door.doors.asked).toEqual([]);
  });

  test('a command of an installation for a whole organisation', async () => {
    const before = door.answers().length;
    const form = new URLSearchParams(
      slashCommand({ ...door.origin('ada'), userId: freshUser() }, '/belay', `deny ${GATE} x`),
    );
    form.set('is_enterprise_install', 'true');
    await sendSlack({ url: door.url, signingSecret: door.slack.signingSecret, body: form.toString() });
    expect((await until('an answer', () => door.answers()[before])).text).toContain('Only members');
    expect(door.doors.asked).toEqual([]);
  });
});

describe('what Slack said of somebody', () => {
  const open = () => {
    const clock = { now: 1_700_000_000_000 };
    const info = { asked: 0, user: { id: 'U123', team_id: 'T1', name: 'ada', deleted: false } };
    const client = new webApi.WebClient('xoxb-unused');
    client.users.info = async () => {
      info.asked += 1;
      return { ok: true, user: info.user };
    };
    const ours = { team: 'T1', teamName: 'T', botUser: undefined, bot: undefined, app: 'A1', scopes: undefined };
    const workspace = { current: () => ours, problem: () => undefined, stop: () => undefined };
    const note = () => undefined;
    const people = createPeople({
      client,
      workspace,
      log: { debug: note, info: note, warn: note, error: note },
      now: () => clock.now,
    });
    const sender = { team: 'T1', user: 'U123', app: 'A1' };
    return { clock, info, identify: (change: Partial<Sender> = {}) => people.identify({ ...sender, ...change }) };
  };

  test('counts for the stated age and not a moment longer: then a closed account is refused', async () => {
    const { clock, info, identify } = open();
    expect(await identify()).toHaveProperty('person');
    info.user.deleted = true;
    clock.now += MEMBERSHIP_AGE.fresh - 1;
    expect(await identify()).toHaveProperty('person');
    expect(info.asked).toBe(1);
    clock.now += 1;
    expect(await identify()).toEqual({ refused: 'This account is deactivated.' });
  });

  test('is asked for anew after the clock was set back', async () => {
    const { clock, info, identify } = open();
    await identify();
    info.user.deleted = true;
    clock.now -= 1;
    expect(await identify()).toHaveProperty('refused');
  });

  test.each([
    ['no user', { user: undefined }, 'did not say who you are'],
    ['no team', { team: undefined }, 'Only members'],
    ['another app', { app: 'A2' }, 'another Slack app'],
    ['a bot beside a user', { bot: 'B1' }, 'Bots and workflows'],
  ])('is not even asked for a request with %s', async (_, change, why) => {
    const { info, identify } = open();
    expect(await identify(change)).toEqual({ refused: expect.stringContaining(why) });
    expect(info.asked).toBe(0);
  });
});
