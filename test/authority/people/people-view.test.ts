import { describe, expect, test } from '@jest/globals';
import { peopleDoors } from '../../../src/authority/people/people-doors.ts';
import { PeopleView, whoMayDecide } from '../../../src/authority/people/people-view.ts';
import { directoryOf } from '../../../src/domain/directory.ts';
import { directorySample, peopleContext } from './people-sample.ts';

const DIRECTORY = directorySample(
  {
    ada: { name: 'Ada', identities: ['slack:T1/U1'] },
    grace: { name: 'Grace', identities: ['slack:T1/U2'] },
    gone: { name: 'Gone', identities: ['slack:T1/U3'], active: false },
  },
  {
    oncall: { members: ['ada', 'grace', 'gone'], leads: ['ada'], narrowedBy: [{ kind: 'slack-usergroup', id: 'S1' }] },
    dba: { members: [] },
    paged: { members: ['ada'], narrowedBy: [{ kind: 'pagerduty-schedule', id: 'PX' }] },
  },
);

test('who is who, who may decide now, by which source and how old, and who does not and why', async () => {
  let asked = 0;
  const { context, clock } = peopleContext(DIRECTORY, {
    'slack-usergroup': async () => {
      asked += 1;
      return ['slack:T1/U1', 'slack:T1/U3'];
    },
  });
  const at = new Date(clock.now).toISOString();
  const view = PeopleView.parse(await peopleDoors(context).people());
  expect(asked).toBe(1);
  expect(view.groups).toEqual([
    {
      group: 'oncall',
      members: ['ada', 'grace', 'gone'],
      now: ['ada'],
      leads: ['ada'],
      narrowedBy: [{ kind: 'slack-usergroup', id: 'S1', readAt: at }],
    },
    { group: 'dba', members: [], now: [], leads: [], narrowedBy: [] },
    {
      group: 'paged',
      members: ['ada'],
      now: [],
      leads: [],
      narrowedBy: [{ kind: 'pagerduty-schedule', id: 'PX', readAt: null }],
    },
  ]);
  expect(view.people).toMatchObject([
    {
      person: 'ada',
      memberships: [{ group: 'oncall', source: 'directory+slack-usergroup:S1', at }],
      uncounted: [{ group: 'paged', why: 'PagerDuty schedule PX: no PagerDuty is configured (PAGERDUTY_TOKEN)' }],
    },
    { person: 'grace', memberships: [], uncounted: [{ group: 'oncall' }] },
    { person: 'gone', active: false, memberships: [], uncounted: [] },
  ]);
  expect(view.notes).toContain('groups.dba: has no active member, which means nobody');
});

describe('let in', () => {
  test.each([
    ['slack:T1/U1', { person: { id: 'slack:T1/U1', name: 'Ada' } }],
    ['slack:T1/U3', { refused: expect.stringContaining('deactivated') }],
    ['slack:T1/U9', { refused: expect.stringContaining('slack:T1/U9 is nobody') }],
    ['ada', { refused: expect.stringContaining('is nobody') }],
    ['constructor', { refused: expect.stringContaining('is nobody') }],
    ['', { refused: expect.stringContaining('is nobody') }],
  ])('%s: %j', async (identity, answer) => {
    expect(await peopleDoors(peopleContext(DIRECTORY).context).admit(identity)).toEqual(answer);
  });
});

describe('in one line for a screen', () => {
  test.each([
    [
      DIRECTORY,
      false,
      'oncall: ada, grace, narrowed by slack-usergroup; dba: nobody; paged: ada, narrowed by pagerduty-schedule',
    ],
    [directoryOf('approvers', ['local:ada', 'slack:T1/U1']), false, 'approvers: local:ada, slack:T1/U1'],
    [directoryOf('approvers', []), true, 'approvers: nobody'],
    [directorySample({}, {}), true, 'nobody: there is no group'],
  ])('%#', (directory, nobody, text) => {
    expect(whoMayDecide(directory)).toEqual({ nobody, text });
  });
});
