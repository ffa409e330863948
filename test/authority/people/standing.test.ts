import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { MEMBERSHIP_AGE } from '../../../src/authority/people/membership-age.ts';
import { type PeopleContext, standingOf } from '../../../src/authority/people/standing.ts';
import type { Directory } from '../../../src/domain/directory.ts';
import { directorySample, peopleContext } from './people-sample.ts';

const PEOPLE = {
  ada: { name: 'Ada', identities: ['slack:T1/U1', 'local:ada', 'pagerduty:P1'] },
  grace: { name: 'Grace', identities: ['slack:T1/U2'] },
  gone: { name: 'Gone', identities: ['slack:T1/U3'], active: false },
};
const CHAT = { kind: 'slack-usergroup', id: 'S1' } as const;
const SHIFT = { kind: 'pagerduty-schedule', id: 'PX' } as const;
const GROUPS = {
  sre: { members: ['ada', 'grace', 'gone'] },
  oncall: { members: ['ada', 'grace'], narrowedBy: [CHAT] },
  both: { members: ['ada'], narrowedBy: [CHAT, SHIFT] },
};
const DIRECTORY = directorySample(PEOPLE, GROUPS);

const by = (id: string) => ({ id, name: 'somebody', door: 'slack' as const });

/** The groups somebody counts in, or why none. */
async function groupsOf(context: PeopleContext, id = 'slack:T1/U1'): Promise<string[] | string> {
  const known = await standingOf(context, by(id));
  return 'refused' in known ? known.refused : known.standing.memberships.map(({ group }) => group);
}

/** A source that counts how often it was asked, and can fall silent. */
function source(identities: string[]) {
  const state = { identities, asked: 0, silent: false };
  const read = async (): Promise<string[]> => {
    state.asked += 1;
    if (state.silent) throw new Error('connection refused');
    return state.identities;
  };
  return { state, read };
}

describe('who somebody is', () => {
  test.each([
    ['slack:T1/U1', 'ada'],
    ['local:ada', 'ada'],
    ['slack:T1/U2', 'grace'],
  ])('%s is %s, by whatever door', async (id, name) => {
    const known = await standingOf(peopleContext(DIRECTORY).context, by(id));
    expect(known).toMatchObject({ standing: { person: name } });
  });

  test.each([
    ['a stranger', 'slack:T1/U9', 'not in Belay'],
    ['the same user id in another workspace', 'slack:T2/U1', 'not in Belay'],
    ['a look-alike in other letters', 'slack:t1/u1', 'not in Belay'],
    ['a name of the directory as an identity', 'ada', 'not in Belay'],
    ['a display name', 'Ada', 'not in Belay'],
    ['a property every object has', 'constructor', 'not in Belay'],
    ['someone deactivated', 'slack:T1/U3', 'deactivated'],
  ])('%s decides nothing', async (_, id, why) => {
    expect(await groupsOf(peopleContext(DIRECTORY).context, id)).toContain(why);
  });

  test('an empty directory knows nobody', async () => {
    expect(await groupsOf(peopleContext(directorySample({}, {})).context)).toContain('not in Belay');
  });
});

describe('narrowing', () => {
  const listed = { 'slack-usergroup': async () => ['slack:T1/U1'] };

  test('keeps whom the outside list has and drops who is not in it, saying so; each membership has source and time', async () => {
    const { context, clock } = peopleContext(DIRECTORY, listed);
    const at = new Date(clock.now).toISOString();
    expect(await standingOf(context, by('slack:T1/U1'))).toMatchObject({
      standing: {
        memberships: [
          { group: 'sre', source: 'directory', at },
          { group: 'oncall', source: 'directory+slack-usergroup:S1', at },
        ],
      },
      uncounted: [{ group: 'both', why: 'PagerDuty schedule PX: no PagerDuty is configured (PAGERDUTY_TOKEN)' }],
    });
    expect(await standingOf(context, by('slack:T1/U2'))).toMatchObject({
      standing: { memberships: [{ group: 'sre' }] },
      uncounted: [{ group: 'oncall', why: `Slack user group S1 does not list grace (read ${at})` }],
    });
  });

  test('every list must have them', async () => {
    const shift = source([]);
    const { context, clock } = peopleContext(DIRECTORY, { ...listed, 'pagerduty-schedule': shift.read });
    expect(await groupsOf(context)).toEqual(['sre', 'oncall']);
    shift.state.identities = ['pagerduty:P1'];
    clock.now += MEMBERSHIP_AGE.fresh;
    expect(await groupsOf(context)).toEqual(['sre', 'oncall', 'both']);
  });

  test('an empty outside list means nobody', async () => {
    const { context } = peopleContext(DIRECTORY, { 'slack-usergroup': async () => [] });
    expect(await groupsOf(context)).toEqual(['sre']);
  });

  test('without anything that reads outside lists, a narrowed group counts for nobody', async () => {
    const { context } = peopleContext(DIRECTORY);
    expect(await groupsOf({ bundle: context.bundle, now: context.now })).toEqual(['sre']);
  });

  test('never widens: whatever outside sources say, nobody is in a group that the directory does not list them in', async () => {
    const identity = fc.constantFrom(
      'slack:T1/U1',
      'slack:T1/U2',
      'slack:T1/U3',
      'slack:T2/U1',
      'pagerduty:P1',
      '',
      'ada',
    );
    const answer = fc.oneof(fc.array(identity), fc.constant(new Error('silent')));
    const members = fc.subarray(['ada', 'grace', 'gone']);
    const lists = fc.subarray([CHAT, SHIFT]);
    const group = fc.record({ members, narrowedBy: lists });
    await fc.assert(
      fc.asyncProperty(answer, answer, group, group, identity, async (chat, shift, one, two, who) => {
        const said = (it: string[] | Error) => async () => {
          if (it instanceof Error) throw it;
          return it;
        };
        const directory = directorySample(PEOPLE, { one, two });
        const { context } = peopleContext(directory, {
          'slack-usergroup': said(chat),
          'pagerduty-schedule': said(shift),
        });
        const known = await standingOf(context, by(who));
        if ('refused' in known) return;
        const { person, memberships } = known.standing;
        expect(directory.people[person]).toMatchObject({ active: true });
        expect(directory.people[person]?.identities).toContain(who);
        for (const { group: name } of memberships) {
          expect(directory.groups[name]?.members).toContain(person);
          for (const { kind } of directory.groups[name]?.narrowedBy ?? []) {
            const list = kind === 'slack-usergroup' ? chat : shift;
            expect(list).toEqual(expect.arrayContaining([expect.stringMatching(/^(slack|pagerduty):/)]));
            const own = directory.people[person]?.identities ?? [];
            expect(Array.isArray(list) && list.some((it) => own.includes(it))).toBe(true);
          }
        }
        // Each group that lists them is either counted or explained.
        const explained = [...memberships, ...known.uncounted].map((it) => it.group).toSorted();
        expect(explained).toEqual(
          Object.entries(directory.groups)
            .flatMap(([name, it]) => (it.members.includes(person) ? [name] : []))
            .toSorted(),
        );
      }),
    );
  });
});

describe('age', () => {
  const ONCALL: Directory = directorySample(PEOPLE, { oncall: GROUPS.oncall });
  const open = () => {
    const chat = source(['slack:T1/U1']);
    return { chat: chat.state, ...peopleContext(ONCALL, { 'slack-usergroup': chat.read }) };
  };

  test('a fresh answer is not asked for again; when it is no longer fresh, it is', async () => {
    const { chat, context, clock } = open();
    await groupsOf(context);
    clock.now += MEMBERSHIP_AGE.fresh - 1;
    chat.identities = [];
    expect(await groupsOf(context)).toEqual(['oncall']);
    expect(chat.asked).toBe(1);
    clock.now += 1;
    expect(await groupsOf(context)).toEqual([]);
    expect(chat.asked).toBe(2);
  });

  test('while the source is silent the last answer counts, recorded with its own time, up to the maximum age and no longer', async () => {
    const { chat, context, clock } = open();
    const at = new Date(clock.now).toISOString();
    await groupsOf(context);
    chat.silent = true;
    clock.now += MEMBERSHIP_AGE.most - 1;
    expect(await standingOf(context, by('slack:T1/U1'))).toMatchObject({ standing: { memberships: [{ at }] } });
    clock.now += 1;
    expect(await standingOf(context, by('slack:T1/U1'))).toMatchObject({
      standing: { memberships: [] },
      uncounted: [{ why: expect.stringContaining('connection refused') }],
    });
    expect(await standingOf(context, by('slack:T1/U1'))).toMatchObject({
      uncounted: [{ why: expect.stringContaining('is too old to count') }],
    });
  });

  test('a source that never answered counts for nobody, and counts as soon as it does', async () => {
    const { chat, context, clock } = open();
    chat.silent = true;
    expect(await groupsOf(context)).toEqual([]);
    chat.silent = false;
    clock.now += 10_000;
    expect(await groupsOf(context)).toEqual(['oncall']);
  });

  test('a clock that was set back makes an answer count no longer, for its age is unknown', async () => {
    const { chat, context, clock } = open();
    await groupsOf(context);
    chat.silent = true;
    clock.now -= 600_000;
    expect(await groupsOf(context)).toEqual([]);
  });

  test('many clicks at once ask once', async () => {
    const { chat, context } = open();
    const answers = await Promise.all(Array.from({ length: 20 }, () => groupsOf(context)));
    expect(answers).toEqual(Array.from({ length: 20 }, () => ['oncall']));
    expect(chat.asked).toBe(1);
  });

  test('a source that just failed is left alone for some seconds', async () => {
    const { chat, context, clock } = open();
    chat.silent = true;
    await groupsOf(context);
    await groupsOf(context);
    expect(chat.asked).toBe(1);
    clock.now += 5_000;
    await groupsOf(context);
    expect(chat.asked).toBe(2);
  });
});
