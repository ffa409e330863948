import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ActiveBundle } from '../../../src/authority/bundle/active-bundle.ts';
import { MEMBERSHIP_AGE } from '../../../src/authority/people/membership-age.ts';
import { DecisionRecord, signedPart } from '../../../src/domain/decision.ts';
import type { Person } from '../../../src/domain/person.ts';
import { type Asked, type AuthorityFixture, startAuthority } from '../../support/authority-fixture.ts';
import { bundleSample } from '../../support/bundle-sample.ts';
import { describeReal } from '../../support/parts.ts';
import { directorySample } from './people-sample.ts';

const PEOPLE = {
  ann: { name: 'Ann', identities: ['slack:T1/U1', 'local:ann', 'oidc:https://id.example#ann'] },
  bob: { name: 'Bob', identities: ['slack:T1/U2'] },
  cat: { name: 'Cat', identities: ['slack:T1/U3', 'pagerduty:P3'] },
  gone: { name: 'Gone', identities: ['slack:T1/U4'], active: false },
  requester: { name: 'Requester', identities: ['local:requester', 'slack:T1/U5'] },
};
const EVERYBODY = Object.keys(PEOPLE);
const by = (id: string, door: Person['door'] = 'slack'): Person => ({ id, name: 'somebody', door });
const [ANN, BOB, CAT] = [by('slack:T1/U1'), by('slack:T1/U2'), by('slack:T1/U3')] as const;
const ON_CALL = { kind: 'pagerduty-schedule', id: 'PX' } as const;

/** The rule `2 of approvers`, or another number, over this directory. */
const bundleOf = (people: object, groups: object, count = 2): ActiveBundle => ({
  ...bundleSample({ requirement: { needs: [{ count, group: 'approvers' }] } }),
  directory: directorySample(people, groups),
});

describeReal('who may decide', ['postgres'], () => {
  let team: AuthorityFixture;
  const shift = { onCall: ['pagerduty:P3'], silent: false };
  const narrowing = {
    'pagerduty-schedule': async () => {
      if (shift.silent) throw new Error('connect ECONNREFUSED');
      return shift.onCall;
    },
  };
  beforeAll(async () => {
    team = await startAuthority({ bundle: bundleOf(PEOPLE, { approvers: { members: EVERYBODY } }), narrowing });
  });
  afterAll(() => team.close());

  const use = (groups: object, { count = 2, people = PEOPLE }: { count?: number; people?: object } = {}) =>
    team.useBundle(bundleOf(people, groups, count));
  const stateOf = async ({ gate }: Asked) => (await team.doors.gate(gate))?.state;
  const answerTo = async (asked: Asked, who: Person) => {
    const answer = await team.decide(asked, who);
    return answer.answer === 'refused' ? answer.message : answer.answer;
  };
  const refusals = async ({ run }: Asked) =>
    (await team.doors.ledger(run)).filter(({ kind }) => kind === 'decision.refused').map(({ body }) => body);

  test('two identities of one person fill one of two places, whatever doors they came by', async () => {
    use({ approvers: { members: EVERYBODY } });
    const asked = await team.ask();
    expect(await answerTo(asked, ANN)).toBe('recorded');
    expect(await answerTo(asked, by('local:ann', 'terminal'))).toBe('repeated');
    expect(await answerTo(asked, by('oidc:https://id.example#ann', 'web'))).toBe('repeated');
    expect(await stateOf(asked)).toBe('open');
    expect(await team.doors.gate(asked.gate)).toMatchObject({ missing: ['1 of approvers'] });
    expect(await answerTo(asked, BOB)).toBe('recorded');
    expect(await stateOf(asked)).toBe('approved');
  });

  test('the requester is the same person at every door, and does not approve what they asked for', async () => {
    use({ approvers: { members: EVERYBODY } });
    const asked = await team.ask();
    for (const id of ['local:requester', 'slack:T1/U5'])
      expect(await answerTo(asked, by(id))).toBe('You asked for this, so somebody else must decide it.');
    expect(await stateOf(asked)).toBe('open');
  });

  test.each([
    ['somebody who is not in the directory', 'slack:T1/U9', 'is not in Belay’s directory'],
    ['the same user id of another workspace', 'slack:T2/U1', 'is not in Belay’s directory'],
    ['an e-mail address', 'ann@example.com', 'is not in Belay’s directory'],
    ['the same subject of another issuer', 'oidc:https://id.evil#ann', 'is not in Belay’s directory'],
    ['somebody deactivated', 'slack:T1/U4', 'is deactivated'],
    ['somebody in another group only', 'slack:T1/U2', 'is not in approvers now'],
  ])('%s is refused and recorded, and changes nothing', async (_, id, why) => {
    use({ approvers: { members: ['ann', 'cat', 'gone'] }, others: { members: ['bob'] } }, { count: 1 });
    const asked = await team.ask();
    expect((await answerTo(asked, by(id))).replaceAll("'", '’')).toContain(why);
    expect(await stateOf(asked)).toBe('open');
    expect(await refusals(asked)).toMatchObject([{ gate: asked.gate, person: { id }, why: 'not-an-approver' }]);
  });

  test.each([
    ['no members', { approvers: { members: [] } }],
    ['nobody active', { approvers: { members: ['gone'] } }],
    ['no group of that name', { others: { members: ['ann'] } }],
  ])('a group with %s means nobody: said on the card, and nobody gets through', async (_, groups) => {
    use(groups, { count: 1 });
    const asked = await team.ask();
    expect(await team.doors.gate(asked.gate)).toMatchObject({ emptyGroups: ['approvers'] });
    for (const who of [ANN, BOB, by('slack:T1/U4')]) expect(await answerTo(asked, who)).not.toBe('recorded');
    expect(await stateOf(asked)).toBe('open');
  });

  test('a shift decides at the click; the record names source and time; afterwards the shift may change', async () => {
    use({ approvers: { members: ['ann', 'cat'], narrowedBy: [ON_CALL] } }, { count: 1 });
    shift.onCall = ['pagerduty:P3'];
    team.forward(MEMBERSHIP_AGE.most);
    const asked = await team.ask();
    expect(await answerTo(asked, ANN)).toMatch(
      /not in approvers now.*The directory lists you in approvers, but PagerDuty schedule PX does not have on call ann/,
    );
    const at = team.context.now().toISOString();
    expect(await answerTo(asked, CAT)).toBe('recorded');
    const [record] = (await team.doors.gate(asked.gate))?.decisions ?? [];
    const parsed = DecisionRecord.parse(record);
    expect(parsed.standing).toEqual({
      person: 'cat',
      memberships: [{ group: 'approvers', source: 'directory+pagerduty-schedule:PX', at }],
    });
    expect(team.context.key.verify(signedPart(parsed), parsed.keyId, parsed.signature)).toBe(true);
    shift.onCall = [];
    team.forward(MEMBERSHIP_AGE.fresh);
    await team.authority.lock({ run: asked.run, execution: asked.execution, actions: [asked.action] });
    expect(await team.grant(asked.action)).toMatchObject({ answer: 'granted' });
  });

  test('an approver who lost the shift between card and click is refused', async () => {
    use({ approvers: { members: ['cat'], narrowedBy: [ON_CALL] } }, { count: 1 });
    shift.onCall = ['pagerduty:P3'];
    const asked = await team.ask();
    shift.onCall = [];
    team.forward(MEMBERSHIP_AGE.fresh);
    expect(await answerTo(asked, CAT)).toContain('does not have on call cat');
    expect(await stateOf(asked)).toBe('open');
  });

  test('while the schedule is silent the last answer counts up to its maximum age; then nobody, and they are told why', async () => {
    use({ approvers: { members: ['cat'], narrowedBy: [ON_CALL] } }, { count: 1 });
    shift.onCall = ['pagerduty:P3'];
    team.forward(MEMBERSHIP_AGE.most);
    await team.doors.people();
    shift.silent = true;
    team.forward(MEMBERSHIP_AGE.most - 1);
    expect(await answerTo(await team.ask(), CAT)).toBe('recorded');
    const late = await team.ask();
    team.forward(1);
    expect(await answerTo(late, CAT)).toMatch(/it cannot be read: connect ECONNREFUSED; what it said at .* is too old/);
    expect(await stateOf(late)).toBe('open');
    shift.silent = false;
  });

  test.each([
    ['removed', { ...PEOPLE, ann: undefined }, EVERYBODY.filter((name) => name !== 'ann')],
    ['deactivated', { ...PEOPLE, ann: { ...PEOPLE.ann, active: false } }, EVERYBODY],
    ['taken out of the group', PEOPLE, EVERYBODY.filter((name) => name !== 'ann')],
    ['without the identity they used', { ...PEOPLE, ann: { ...PEOPLE.ann, identities: ['local:ann'] } }, EVERYBODY],
  ])('an approval of somebody since %s opens nothing', async (_, people, members) => {
    use({ approvers: { members: EVERYBODY } }, { count: 1 });
    const asked = await team.ask();
    expect(await answerTo(asked, ANN)).toBe('recorded');
    await team.authority.lock({ run: asked.run, execution: asked.execution, actions: [asked.action] });
    const left = Object.fromEntries(Object.entries(people).filter(([, one]) => one !== undefined));
    use({ approvers: { members } }, { count: 1, people: left });
    expect(await team.grant(asked.action)).toMatchObject({ answer: 'refused' });
    expect(await team.db.selectFrom('intents').select('action').where('action', '=', asked.action).execute()).toEqual(
      [],
    );
  });
});
