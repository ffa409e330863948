import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { NarrowingSource } from '../../src/authority/people/narrowing.ts';
import { slackUserGroups } from '../../src/slack/user-groups.ts';
import { startEmulatedSlack, type RunningSlack } from '../support/start-emulated-slack.ts';
import { startSlackProxy, type SlackProxy } from './slack-proxy.ts';

let slack: RunningSlack;
let proxy: SlackProxy;
let read: NarrowingSource;
const signal = new AbortController().signal;

beforeAll(async () => {
  slack = await startEmulatedSlack();
  proxy = await startSlackProxy(slack.apiUrl);
});
afterAll(async () => {
  await proxy.stop();
  await slack.stop();
});
beforeEach(() => {
  proxy.calls.splice(0);
  read = slackUserGroups({ botToken: slack.botToken, apiUrl: proxy.apiUrl });
});

/** The emulated Slack has no user groups, so that one method is answered here as Slack documents it. */
const groupIs = (instead: object, status = 200, headers: Record<string, string> = {}) =>
  proxy.meddle(({ method }) => (method === 'usergroups.users.list' ? { instead, status, headers } : undefined));

test('gives the members of that group as people of the workspace that the token is of', async () => {
  groupIs({ ok: true, users: ['U1', 'W2'] });
  expect(await read('S012', signal)).toEqual([`slack:${slack.teamId}/U1`, `slack:${slack.teamId}/W2`]);
  expect(proxy.calls.filter(({ method }) => method === 'usergroups.users.list').map(({ args }) => args)).toMatchObject([
    { usergroup: 'S012' },
  ]);
});

test('whose token it is is asked once', async () => {
  groupIs({ ok: true, users: [] });
  expect(await read('S1', signal)).toEqual([]);
  expect(await read('S2', signal)).toEqual([]);
  expect(proxy.calls.map(({ method }) => method)).toEqual([
    'auth.test',
    'usergroups.users.list',
    'usergroups.users.list',
  ]);
});

test.each([
  ['a missing scope', { ok: false, error: 'missing_scope' }, 200, /S1: missing_scope \(the app lacks a scope/],
  ['a group that is not there', { ok: false, error: 'no_such_subteam' }, 200, /S1: no_such_subteam/],
  ['a revoked token', { ok: false, error: 'token_revoked' }, 200, /install the app again/],
  ['a rate limit', { ok: false, error: 'ratelimited' }, 429, /asks to wait/],
  ['a fault', {}, 500, /S1: /],
  ['an answer without a list', { ok: true }, 200, /without a list/],
])('%s rejects, in words, and is not tried again underneath', async (_, instead, status, words) => {
  groupIs(instead, status, status === 429 ? { 'retry-after': '30' } : {});
  await expect(read('S1', signal)).rejects.toThrow(words);
  expect(proxy.calls.filter(({ method }) => method === 'usergroups.users.list')).toHaveLength(1);
});

test('a Slack that does not say whose token it is gives nobody', async () => {
  proxy.meddle(({ method }) =>
    method === 'auth.test' ? { instead: { ok: true } } : { instead: { ok: true, users: ['U1'] } },
  );
  await expect(read('S1', signal)).rejects.toThrow('which workspace');
});
