import { afterEach, expect, test } from '@jest/globals';
import type { PeopleView } from '../../src/authority/people/people-view.ts';
import { belay } from './belay.ts';
import { startFakeApi, type FakeApi } from './fake-api.ts';

let api: FakeApi | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});

const VIEW: PeopleView = {
  people: [
    {
      person: 'ada',
      name: 'Ada \u001b[31mLovelace',
      active: true,
      identities: ['slack:T1/U1', 'local:ada'],
      memberships: [{ group: 'oncall', source: 'directory', at: '2026-01-01T00:00:00.000Z' }],
      uncounted: [
        { group: 'dba', why: 'PagerDuty schedule PX does not have on call ada (read 2026-01-01T00:00:00.000Z)' },
      ],
    },
    { person: 'gone', name: 'Gone', active: false, identities: ['local:gone'], memberships: [], uncounted: [] },
  ],
  groups: [
    {
      group: 'oncall',
      members: ['ada', 'gone'],
      now: ['ada'],
      leads: ['ada'],
      narrowedBy: [{ kind: 'slack-usergroup', id: 'S1', readAt: new Date().toISOString() }],
    },
    {
      group: 'dba',
      members: ['ada'],
      now: [],
      leads: [],
      narrowedBy: [{ kind: 'pagerduty-schedule', id: 'PX', readAt: null }],
    },
  ],
  notes: ['groups.x: has no active member, which means nobody'],
};

async function people(view: unknown, ...more: string[]) {
  api = await startFakeApi(({ path }) => (path === '/api/people' ? { body: view } : undefined));
  const ended = await belay(['people', ...more, '--data', api.data, '--port', String(api.port)]);
  expect([ended.code, ended.err]).toEqual([0, '']);
  return ended;
}

test('groups with who may decide now, by which source and how old, then people, then what needs saying', async () => {
  const { out } = await people(VIEW);
  const lines = out.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '));
  expect(lines).toContain('GROUP | MAY DECIDE NOW | LEADS | SOURCE');
  expect(lines).toContainEqual(
    expect.stringMatching(/^oncall \| ada \| ada \| directory, Slack user group S1 \(\d+m?s\)$/),
  );
  expect(lines).toContain('dba | nobody | directory, PagerDuty schedule PX (never read)');
  expect(lines).toContain('gone | Gone (deactivated) | local:gone');
  expect(out).toContain('ada does not count in dba now: PagerDuty schedule PX does not have on call ada');
  expect(out).toContain('groups.x: has no active member');
});

test("a name steers nobody's terminal", async () => {
  expect((await people(VIEW)).out).not.toContain('\u001b[31mLovelace');
});

test('as JSON for programs', async () => {
  const { out } = await people(VIEW, '--json');
  expect(JSON.parse(out)).toEqual(VIEW);
});

test('nobody at all is said', async () => {
  const { out } = await people({ people: [], groups: [], notes: [] });
  expect(out).toContain('There is no group, so nobody may decide anything.');
  expect(out).toContain('There is nobody in the directory.');
});
