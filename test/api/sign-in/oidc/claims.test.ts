import { afterEach, describe, expect, test } from '@jest/globals';
import { peopleDoors } from '../../../../src/authority/people/people-doors.ts';
import { MEMBERSHIP_AGE } from '../../../../src/authority/people/membership-age.ts';
import { signIns } from '../../../../src/authority/people/sign-ins.ts';
import { standingOf } from '../../../../src/authority/people/standing.ts';
import { Person } from '../../../../src/domain/person.ts';
import { directorySample, peopleContext } from '../../../authority/people/people-sample.ts';
import { startOidcDoor } from './start-oidc-door.ts';

let stop: () => Promise<void> = async () => undefined;
afterEach(() => stop());

const ON_CALL = { kind: 'oidc-claim', claim: 'groups', value: 'on-call' };

/** A Belay whose directory has Ada (`u1`) in a group that a claim of the provider narrows. */
async function startNarrowed(narrowedBy: object[] = [ON_CALL], scopes = ['groups']) {
  const { context, clock, state } = peopleContext(directorySample({}, {}));
  const whole = { ...context, signIns: signIns(context.now) };
  const doors = peopleDoors(whole);
  const door = await startOidcDoor({ scopes, admit: (identity, claims) => doors.admit(identity, claims) });
  stop = door.stop;
  const identity = `oidc:${door.provider.issuer}#u1`;
  state.directory = directorySample(
    {
      ada: { name: 'Ada', identities: [identity, 'slack:T1/U1'] },
      grace: { name: 'Grace', identities: [`oidc:${door.provider.issuer}#u2`] },
    },
    { sre: { members: ['ada', 'grace'], narrowedBy } },
  );
  const knownAs = async (person: Person) => {
    const known = await standingOf(whole, person);
    if ('refused' in known) throw new Error(known.refused);
    return { groups: known.standing.memberships, why: known.uncounted.map(({ why }) => why).join() };
  };
  /** Signs in at the provider, and asks who that is to policy. */
  const signedIn = async (login: string) => {
    const { browser } = await door.signInAs(login);
    return Person.parse(await door.whoIs(browser));
  };
  return { ...door, identity, knownAs, signedIn, age: clock };
}

describe('a group that a claim of the OpenID provider narrows', () => {
  test('has whom the provider says so of at their sign-in, with source and time; and nobody else', async () => {
    const { signedIn, knownAs, age } = await startNarrowed();
    const ada = await signedIn('u1');
    const at = new Date(age.now).toISOString();
    expect(await knownAs(ada)).toEqual({
      groups: [{ group: 'sre', source: 'directory+oidc-claim:groups=on-call', at }],
      why: '',
    });
    age.now += MEMBERSHIP_AGE.claim - 1;
    // As old as the sign-in, however late it is looked at.
    expect(await knownAs(ada)).toMatchObject({ groups: [{ at }] });
    const grace = await signedIn('u2');
    expect(await knownAs(grace)).toMatchObject({
      groups: [],
      why: expect.stringContaining('the sign-in claim groups "on-call": the issuer did not say so at your sign-in of'),
    });
  });

  test('has nobody by an older sign-in; by a new one again', async () => {
    const { signedIn, knownAs, age } = await startNarrowed();
    const ada = await signedIn('u1');
    age.now += MEMBERSHIP_AGE.claim;
    expect(await knownAs(ada)).toMatchObject({
      groups: [],
      why: expect.stringMatching(/too old to count; sign in again$/),
    });
    expect(await knownAs(await signedIn('u1'))).toMatchObject({ groups: [{ group: 'sre' }] });
    // The clock was set back: how old it is, nobody knows.
    age.now -= MEMBERSHIP_AGE.claim;
    expect(await knownAs(ada)).toMatchObject({ groups: [] });
  });

  test('has nobody who comes by another door, or under another identity of the same person', async () => {
    const { signedIn, knownAs, identity } = await startNarrowed();
    await signedIn('u1');
    for (const came of [
      { id: 'slack:T1/U1', name: 'Ada', door: 'slack' as const },
      { id: 'slack:T1/U1', name: 'Ada', door: 'web' as const },
      { id: identity, name: 'Ada', door: 'api' as const },
    ])
      expect(await knownAs(came)).toMatchObject({
        groups: [],
        why: expect.stringContaining('it counts only in a browser that was signed in by OpenID Connect'),
      });
  });

  test('loses whom a new sign-in says no more so of, also in the session of before', async () => {
    const { signedIn, knownAs, provider } = await startNarrowed();
    const before = await signedIn('u1');
    expect(await knownAs(before)).toMatchObject({ groups: [{ group: 'sre' }] });
    provider.forge({ claims: { groups: ['off-call'] } });
    await signedIn('u1');
    expect(await knownAs(before)).toMatchObject({ groups: [] });
  });

  test.each([
    ['on-call', true],
    [['on-call', 7, null], true],
    [[], false],
    ['On-Call', false],
    ['on-call,sre', false],
    [{ 'on-call': true }, false],
    [null, false],
  ])('takes %j for %s: a text or a list of them, and exactly', async (groups, has) => {
    const { signedIn, knownAs, provider } = await startNarrowed();
    provider.forge({ claims: { groups } });
    expect((await knownAs(await signedIn('u1'))).groups).toHaveLength(has ? 1 : 0);
  });

  test('wants each of several claims, and none that every object has', async () => {
    const { signedIn, knownAs } = await startNarrowed([ON_CALL, { ...ON_CALL, value: 'sre' }]);
    const ada = await signedIn('u1');
    expect(await knownAs(ada)).toMatchObject({ groups: [{ group: 'sre' }] });
    await stop();
    const strange = await startNarrowed([{ kind: 'oidc-claim', claim: 'constructor', value: 'Object' }]);
    expect(await strange.knownAs(await strange.signedIn('u1'))).toMatchObject({ groups: [] });
  });

  test('has nobody where the provider was not asked for the scope that tells of it', async () => {
    const { signedIn, knownAs } = await startNarrowed([ON_CALL], []);
    expect(await knownAs(await signedIn('u1'))).toMatchObject({ groups: [] });
  });

  test('has nobody who never signed in here, and nobody where no provider is configured', async () => {
    const { knownAs, identity } = await startNarrowed();
    const ada = { id: identity, name: 'Ada', door: 'web' as const };
    expect((await knownAs(ada)).why).toContain('you did not sign in by it here since Belay started');
    const { context } = peopleContext(
      directorySample(
        { ada: { name: 'Ada', identities: [identity] } },
        { sre: { members: ['ada'], narrowedBy: [ON_CALL] } },
      ),
    );
    expect(await standingOf(context, ada)).toMatchObject({
      standing: { memberships: [] },
      uncounted: [{ why: expect.stringContaining('BELAY_OIDC_ISSUER') }],
    });
  });
});
