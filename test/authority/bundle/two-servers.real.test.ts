import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type BundleKeeper, keepBundle } from '../../../src/authority/bundle/bundle-keeper.ts';
import { revokeApprovals } from '../../../src/authority/gates/revoke-approvals.ts';
import { bundleSource } from '../../../src/cli/compose/bundle-source.ts';
import type { Person } from '../../../src/domain/person.ts';
import { readConfiguration } from '../../../src/platform/configuration/configuration.ts';
import { type AuthorityFixture, ANN, BOB, startAuthority } from '../../support/authority-fixture.ts';
import { authorityManifest } from '../../support/authority-manifest.ts';
import { describeReal } from '../../support/parts.ts';
import { DIRECTORY, POLICY, policyFolder } from './policy-folder.ts';

const OPS: Person = { id: 'local:ops', name: 'ops', door: 'terminal' };
const WITHOUT_ANN = { 'directory.yaml': DIRECTORY.replace('name: Ann,', 'name: Ann, active: false,') };
const TWO = { 'rules.cedar': POLICY.replace('@id("writes") @gate("1 of sre")', '@id("writes") @gate("2 of sre")') };

describeReal('two servers on one database', ['postgres'], () => {
  let place: ReturnType<typeof policyFolder>;
  let [one, other]: AuthorityFixture[] = [];
  let keepers: BundleKeeper[];

  /** Makes a fixture a server as production has it: its bundle comes from the files and the database. */
  async function serve(belay: AuthorityFixture): Promise<BundleKeeper> {
    const configuration = readConfiguration({
      BELAY_POLICY: place.folder,
      BELAY_ROUTES: `${place.folder}/routes.yaml`,
    });
    const keeper = await keepBundle({
      context: belay.context,
      source: bundleSource({
        configuration,
        manifest: authorityManifest,
        observeOnly: false,
        solo: false,
        approvers: [],
      }),
      by: { person: OPS, how: 'start' },
      revoke: revokeApprovals,
    });
    Object.assign(belay.context, { bundle: () => keeper.active(), bundles: () => keeper });
    return keeper;
  }
  beforeEach(async () => {
    place = policyFolder({ 'routes.yaml': 'routes: []\n' });
    one = await startAuthority();
    other = await one.restart();
    keepers = [await serve(one), await serve(other)];
  });
  afterEach(async () => {
    place.remove();
    await other?.close();
    await one?.close();
  });
  const both = (): [AuthorityFixture, AuthorityFixture] => {
    if (!one || !other) throw new Error('not started');
    return [one, other];
  };
  /** The other server reads files that the first one does not. */
  const otherLoads = async (files: Record<string, string>) => {
    place.write(files);
    const answer = await keepers[1]?.reload({ person: OPS, how: 'request' });
    expect(answer).toMatchObject({ answer: 'activated' });
    expect(keepers[0]?.active().hash).not.toBe(keepers[1]?.active().hash);
  };

  test('begin with one bundle, and none of them activates it twice', async () => {
    const [belay] = both();
    expect(keepers[0]?.active().hash).toBe(keepers[1]?.active().hash);
    expect(await belay.db.selectFrom('bundles').select('number').execute()).toHaveLength(1);
  });

  test('whom one deactivates decides nothing at the other from then on, and what they approved grants nothing', async () => {
    const [belay] = both();
    const approved = await belay.approved();
    const asked = await belay.ask();
    await otherLoads(WITHOUT_ANN);
    expect(await belay.decide(asked, ANN)).toMatchObject({
      why: 'not-an-approver',
      message: expect.stringContaining('deactivated'),
    });
    expect(await belay.grant(approved.action)).toMatchObject({ answer: 'refused' });
    expect(keepers[0]?.active().hash).toBe(keepers[1]?.active().hash);
    expect(await belay.decide(asked, BOB)).toMatchObject({
      complete: true,
      record: { bundle: keepers[1]?.active().hash },
    });
  });

  test('a rule that one tightens is asked by the other at its next decision, and what it loads is told against that', async () => {
    const [belay] = both();
    const asked = await belay.ask();
    await otherLoads(TWO);
    expect(await belay.decide(asked, ANN)).toMatchObject({ complete: false, missing: ['1 of sre'] });
    const back = await keepers[0]?.reload({ person: OPS, how: 'request' });
    expect(back).toMatchObject({ answer: 'unchanged' });
  });

  test('a grant alone, without any decision before it, is judged by what the other put in force', async () => {
    const [belay] = both();
    const { action, run } = await belay.approved();
    await otherLoads({ 'rules.cedar': `${POLICY}@id("stop") forbid (principal, action, resource);` });
    expect(await belay.grant(action)).toMatchObject({ answer: 'refused' });
    expect(await belay.kinds(run)).not.toContain('action.intended');
  });

  test('decided at one while the other deactivates who decides, 20 times: nothing is granted by their word after it', async () => {
    const [belay] = both();
    for (let at = 0; at < 20; at += 1) {
      place.write({ 'directory.yaml': `${DIRECTORY}# ${at}\n` });
      await keepers[1]?.reload({ person: OPS, how: 'request' });
      const asked = await belay.ask();
      await belay.authority.lock({ ...asked, actions: [asked.action] });
      place.write({ 'directory.yaml': `${WITHOUT_ANN['directory.yaml']}# ${at}\n` });
      await Promise.all([belay.decide(asked, ANN), keepers[1]?.reload({ person: OPS, how: 'request' })]);
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
      await belay.authority.unlock(asked);
    }
    expect(await belay.doors.verifyLedger()).toMatchObject({ problems: [] });
  });

  test.each<[string, (belay: AuthorityFixture) => Promise<unknown>]>([
    [
      'is not signed by the authority',
      (belay) =>
        belay.db
          .updateTable('bundles')
          .set({ signature: JSON.stringify({ keyId: belay.context.key.keyId, signature: 'x' }) })
          .where('number', '=', 2)
          .execute(),
    ],
    [
      'cannot be read here',
      (belay) =>
        belay.db
          .updateTable('bundles')
          .set({ content: JSON.stringify({ v: 9 }) })
          .where('number', '=', 2)
          .execute(),
    ],
    ['is older than what was known, as in a restored database', (belay) => belay.db.deleteFrom('bundles').execute()],
  ])('nothing is decided or granted where the bundle in force %s', async (_, spoil) => {
    const [belay] = both();
    const approved = await belay.approved();
    const asked = await belay.ask();
    await otherLoads(TWO);
    await spoil(belay);
    const unreadable = { type: 'retry.unreachable', message: expect.stringContaining('nothing is decided or granted') };
    await expect(belay.decide(asked, BOB)).rejects.toMatchObject(unreadable);
    await expect(belay.grant(approved.action)).rejects.toMatchObject(unreadable);
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'open', decisions: [] });
    expect(await belay.kinds(approved.run)).not.toContain('action.intended');
  });
});
