import { describe, expect, test } from '@jest/globals';
import { directoryNotes, directoryProblems } from '../../src/domain/directory-problems.ts';
import {
  activeMembers,
  Directory,
  directoryOf,
  emptyGroups,
  listedIn,
  nameOfIdentity,
} from '../../src/domain/directory.ts';

const ADA = { name: 'Ada Lovelace', identities: ['slack:T012/U1', 'oidc:https://id.example#00u1', 'local:ada'] };
const GRACE = { name: 'Grace Hopper', identities: ['slack:T012/U2', 'pagerduty:P2'] };
const GOOD = {
  v: 1,
  people: { ada: ADA, grace: GRACE },
  groups: { 'sre-oncall': { members: ['ada', 'grace'], leads: ['ada'] }, dba: { members: [] } },
};

const parsed = (changes: object): Directory => Directory.parse({ ...GOOD, ...changes });

/** Where the schema finds fault, as the bundle names it. */
const issues = (value: unknown): string[] =>
  (Directory.safeParse(value).error?.issues ?? []).map((issue) => issue.path.join('.'));

test('a directory: people by name with their identities, groups with members', () => {
  const directory = parsed({});
  expect(directoryProblems(directory)).toEqual([]);
  expect(directory.people['ada']?.active).toBe(true);
  expect(nameOfIdentity(directory, 'oidc:https://id.example#00u1')).toBe('ada');
  expect(nameOfIdentity(directory, 'local:mallory')).toBeUndefined();
  expect(listedIn(directory, 'grace')).toEqual(['sre-oncall']);
});

describe('the shape is refused, naming the place', () => {
  const withIdentity = (identity: unknown) => ({ ...GOOD, people: { ada: { name: 'Ada', identities: [identity] } } });
  test.each([
    ['an e-mail address', withIdentity('ada@example.com'), 'people.ada.identities.0'],
    ['a Slack user without a team', withIdentity('slack:U1'), 'people.ada.identities.0'],
    ['a Slack name', withIdentity('slack:T012/ada'), 'people.ada.identities.0'],
    ['an OIDC subject without an issuer', withIdentity('oidc:00u1'), 'people.ada.identities.0'],
    ['an OIDC issuer without a subject', withIdentity('oidc:https://id.example'), 'people.ada.identities.0'],
    ['a word', withIdentity('ada'), 'people.ada.identities.0'],
    ['two by comma', withIdentity('local:ada,local:grace'), 'people.ada.identities.0'],
    ['a number', withIdentity(7), 'people.ada.identities.0'],
    ['300 characters and one', withIdentity(`local:${'a'.repeat(295)}`), 'people.ada.identities.0'],
    ['nobody behind a name', { ...GOOD, people: { ada: { name: 'Ada', identities: [] } } }, 'people.ada.identities'],
    ['an unknown key', { ...GOOD, people: { ada: { ...ADA, admin: true } } }, 'people.ada'],
    ['`active: no` as a string', { ...GOOD, people: { ada: { ...ADA, active: 'no' } } }, 'people.ada.active'],
    ['members that are no list', { ...GOOD, groups: { dba: { members: 'ada' } } }, 'groups.dba.members'],
    ['a group that is null', { ...GOOD, groups: { dba: null } }, 'groups.dba'],
    [
      'an unknown narrowing',
      { ...GOOD, groups: { dba: { members: [], narrowedBy: [{ kind: 'ldap', id: 'x' }] } } },
      'groups.dba.narrowedBy.0.kind',
    ],
    [
      'a user group by its handle',
      { ...GOOD, groups: { dba: { members: [], narrowedBy: [{ kind: 'slack-usergroup', id: '@sre' }] } } },
      'groups.dba.narrowedBy.0.id',
    ],
    ['another version', { ...GOOD, v: 2 }, 'v'],
    ['a name with a space', { ...GOOD, people: { 'ada l': ADA } }, 'people.ada l'],
    ['an empty file', null, ''],
    ['a list', [], ''],
  ])('%s', (_, value, place) => {
    expect(issues(value)).toContain(place);
  });
});

describe('what has the right shape and still cannot be used, naming the place', () => {
  const people = (identities: string[]) => ({ people: { ...GOOD.people, eve: { name: 'Eve', identities } } });
  const group = (changes: object) => ({ groups: { ops: { members: ['ada'], ...changes } } });
  test.each([
    [
      'one identity of two people',
      people(['slack:T012/U1']),
      'people.eve.identities.0: this identity is already people.ada.identities.0',
    ],
    [
      'one identity twice',
      people(['local:eve', 'local:eve']),
      'people.eve.identities.1: this identity is already people.eve.identities.0',
    ],
    [
      'an e-mail address behind a scheme',
      people(['api:eve@example.com']),
      'people.eve.identities.0: api:eve@example.com is an e-mail address',
    ],
    ['an e-mail address by name', people(['email:eve']), 'people.eve.identities.0: email:eve is an e-mail address'],
    [
      'an e-mail address as the subject',
      people(['oidc:https://id.example#eve@example.com']),
      'people.eve.identities.0:',
    ],
    ['a member who is nobody', group({ members: ['ada', 'adda'] }), 'groups.ops.members.1: adda is nobody'],
    [
      'a member by a property every object has',
      group({ members: ['constructor'] }),
      'groups.ops.members.0: constructor is nobody',
    ],
    ['a member by an identity', group({ members: ['local:ada'] }), 'groups.ops.members.0: local:ada is nobody'],
    ['a member twice', group({ members: ['ada', 'ada'] }), 'groups.ops.members.1: is already groups.ops.members.0'],
    ['a lead who is nobody', group({ leads: ['adda'] }), 'groups.ops.leads.0: adda is nobody'],
    [
      'the reserved name',
      { groups: { 'team-owner': { members: ['ada'] } } },
      'groups.team-owner: this name stands for',
    ],
  ])('%s', (_, changes, line) => {
    const problems = directoryProblems(parsed(changes));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(line);
  });

  test('all of them at once, not the first alone', () => {
    const groups = { 'team-owner': { members: ['x', 'y'], leads: ['z'] } };
    expect(directoryProblems(parsed({ groups }))).toHaveLength(4);
  });
});

test('someone who was deactivated may still be named as member and lead: what takes a right away always loads', () => {
  const directory = parsed({ people: { ada: { ...ADA, active: false }, grace: GRACE } });
  expect(directoryProblems(directory)).toEqual([]);
  expect(directoryNotes(directory)).toContain('groups.sre-oncall.leads: none is active; nobody is paged');
});

test('a group of nobody is allowed and said; so is a member whom a source cannot know', () => {
  const narrowedBy = [
    { kind: 'slack-usergroup', id: 'S1' },
    { kind: 'pagerduty-schedule', id: 'PX' },
  ];
  const directory = parsed({ groups: { dba: { members: [] }, ops: { members: ['ada', 'grace'], narrowedBy } } });
  expect(directoryProblems(directory)).toEqual([]);
  expect(directoryNotes(directory)).toEqual([
    'groups.dba: has no active member, which means nobody',
    'groups.ops.narrowedBy.1: ada has no pagerduty:<user> identity and never counts',
  ]);
});

test('without a file each approver is a person of their own, once, in one group', () => {
  const directory = directoryOf('approvers', ['local:ada', 'slack:T1/U2', 'local:ada']);
  expect(directoryProblems(directory)).toEqual([]);
  expect(directory.groups['approvers']?.members).toEqual(['local:ada', 'slack:T1/U2']);
  expect(directoryNotes(directoryOf('approvers', []))).toEqual([
    'groups.approvers: has no active member, which means nobody',
  ]);
});

test('a group is empty when nobody active is in it, and when it is not there', () => {
  const directory = parsed({
    people: { ada: { ...ADA, active: false }, grace: GRACE },
    groups: { a: { members: ['ada'] } },
  });
  const groups = ['a', 'nowhere', 'constructor', 'a'].map((group) => ({ group }));
  expect(emptyGroups(directory, groups)).toEqual(['a', 'nowhere', 'constructor']);
  expect(activeMembers(parsed({}), 'sre-oncall')).toEqual(['ada', 'grace']);
});
