import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type BundleKeeper, keepBundle } from '../../../src/authority/bundle/bundle-keeper.ts';
import { lastBundle } from '../../../src/authority/bundle/stored-bundle.ts';
import { revokeApprovals } from '../../../src/authority/gates/revoke-approvals.ts';
import { readChain } from '../../../src/authority/ledger/read.ts';
import { bundleSource } from '../../../src/cli/compose/bundle-source.ts';
import { SYSTEM_CHAIN } from '../../../src/domain/ledger.ts';
import type { Person } from '../../../src/domain/person.ts';
import { readConfiguration } from '../../../src/platform/configuration/configuration.ts';
import { CliError } from '../../../src/platform/problem.ts';
import { ANN, startAuthority } from '../../support/authority-fixture.ts';
import { z } from 'zod';
import { authorityManifest } from '../../support/authority-manifest.ts';
import { describeReal } from '../../support/parts.ts';
import { DIRECTORY, POLICY, policyFolder } from './policy-folder.ts';

const OPS: Person = { id: 'local:ops', name: 'ops', door: 'terminal' };
const ADA: Person = { id: 'local:ada', name: 'Ada', door: 'cli' };
const BAD = { 'rules.cedar': `${POLICY}@id("typo") @gatee("1 of sre") permit (principal, action, resource);` };

type Belay = Awaited<ReturnType<typeof startAuthority>>;

describeReal('the bundle of a running authority', ['postgres'], () => {
  let belay: Belay;
  let place: ReturnType<typeof policyFolder>;

  beforeEach(async () => {
    belay = await startAuthority();
    place = policyFolder({ 'routes.yaml': 'routes: []\n' });
  });
  afterEach(async () => {
    place.remove();
    await belay.close();
  });

  const start = (changes: { folder?: string } = {}): Promise<BundleKeeper> =>
    keepBundle({
      context: belay.context,
      source: bundleSource({
        configuration: readConfiguration({
          BELAY_POLICY: changes.folder ?? place.folder,
          BELAY_ROUTES: `${place.folder}/routes.yaml`,
        }),
        manifest: authorityManifest,
        observeOnly: false,
        solo: false,
        approvers: [],
      }),
      by: { person: OPS, how: 'start' },
      revoke: revokeApprovals,
    });

  const record = async () => (await readChain(belay.db, SYSTEM_CHAIN)).filter(({ kind }) => kind.startsWith('bundle.'));
  const announced = async () =>
    (await belay.db.selectFrom('outbox').select('payload').where('topic', '=', 'announce').orderBy('id').execute()).map(
      ({ payload }) => z.object({ text: z.string() }).parse(payload).text,
    );

  test('is put in force at start, on record with who loaded it, and is the last one of the database', async () => {
    const keeper = await start();
    expect(keeper.active()).toMatchObject({ hash: keeper.stored().hash, directory: { groups: { sre: {} } } });
    expect(await record()).toMatchObject([
      {
        kind: 'bundle.activated',
        body: {
          hash: keeper.active().hash,
          commit: null,
          by: OPS,
          how: 'start',
          before: null,
          diff: ['the first: 3 policies, 2 people, 1 group, 0 caps'],
        },
      },
    ]);
    expect(await lastBundle(belay.context)).toMatchObject({ hash: keeper.active().hash });
    expect(await announced()).toEqual([]);
  });

  test('that did not change is no new activation: not at a restart, not at a reload', async () => {
    const keeper = await start();
    expect(await keeper.reload({ person: ADA, how: 'request' })).toEqual({
      answer: 'unchanged',
      hash: keeper.active().hash,
    });
    const again = await start();
    expect(again.active().hash).toBe(keeper.active().hash);
    expect(await record()).toHaveLength(1);
  });

  test('follows its files when it is reloaded, on record and announced with what changed', async () => {
    const keeper = await start();
    const before = keeper.active().hash;
    place.write({
      'rules.cedar': POLICY.replace(
        '@gate("1 of sre") permit (principal, action, resource)',
        '@gate("2 of sre") permit (principal, action, resource)',
      ),
      'directory.yaml': DIRECTORY.replace("'slack:T1/U2'] }", "'slack:T1/U2'], active: false }"),
      'caps.yaml': 'caps: [{ tool: kubernetes.*, perHour: 3 }]',
    });
    const diff = [
      'policy writes: @gate was "1 of sre", is "2 of sre"',
      'person bob: deactivated',
      'cap on kubernetes.* added',
    ];
    const answer = await keeper.reload({ person: ADA, how: 'request' });
    expect(answer).toEqual({ answer: 'activated', hash: keeper.active().hash, diff });
    expect(keeper.active()).toMatchObject({
      caps: [{ perHour: 3 }],
      directory: { people: { bob: { active: false } } },
    });
    expect((await record()).at(-1)).toMatchObject({
      kind: 'bundle.activated',
      body: { before, by: ADA, how: 'request', diff },
    });
    const [text] = await announced();
    expect(text).toContain('loaded by Ada');
    for (const line of diff) expect(text).toContain(line);
  });

  test('that is bad at a reload keeps the last good one, on record and announced with every problem, once', async () => {
    const keeper = await start();
    const good = keeper.active().hash;
    place.write({ ...BAD, 'caps.yaml': 'caps: 1' });
    for (const how of ['the files changed', 'the files changed'])
      expect(await keeper.reload({ person: OPS, how })).toMatchObject({ answer: 'refused', hash: good });
    expect(keeper.active().hash).toBe(good);
    expect(keeper.refused()?.problems).toContainEqual(expect.stringMatching(/^caps\.yaml:1: /));
    expect((await record()).map(({ kind }) => kind)).toEqual(['bundle.activated', 'bundle.refused']);
    expect(await announced()).toEqual([expect.stringMatching(/NOT loaded.*stays in force/s)]);
    place.write({ 'rules.cedar': POLICY, 'caps.yaml': undefined });
    expect(await keeper.reload({ person: OPS, how: 'the files changed' })).toMatchObject({ answer: 'unchanged' });
    expect(keeper.refused()).toBeNull();
  });

  test('that is bad at start gives way to the last good one of the database, loudly', async () => {
    const good = (await start()).active();
    place.write(BAD);
    const keeper = await start();
    expect(keeper.active()).toMatchObject({ hash: good.hash, directory: good.directory });
    expect(keeper.active().policy.policies.map(({ id }) => id)).toEqual(good.policy.policies.map(({ id }) => id));
    expect(keeper.refused()?.problems).toEqual([expect.stringContaining('rules.cedar:4: typo: @gatee')]);
    expect((await record()).at(-1)).toMatchObject({
      kind: 'bundle.refused',
      body: { how: 'start', inForce: good.hash },
    });
  });

  test('that is bad at the very first start does not start, and says all that is wrong', async () => {
    place.write({ ...BAD, 'directory.yaml': 'v: 1', 'routes.yaml': 'routes: [{ match: { a: b }, runbook: nowhere }]' });
    const failed = await start().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CliError);
    expect(failed).toMatchObject({ exitCode: 2 });
    expect(String(failed)).toMatch(/directory\.yaml:1: .*\n.*directory\.yaml:1: .*\n.*there is no runbook "nowhere"/);
    expect(await record()).toEqual([]);
  });

  test('is none where somebody else wrote its row: policy is not made in the database', async () => {
    const good = await start();
    const { content } = good.stored();
    const lax = JSON.stringify({
      ...content,
      policies: { 'rules.cedar': POLICY.replaceAll('@gate("1 of sre")', '@gate("none")') },
    });
    await belay.db.updateTable('bundles').set({ content: lax }).execute();
    expect(await lastBundle(belay.context)).toBeUndefined();
    place.write(BAD);
    await expect(start()).rejects.toThrow('does not load');
    place.write({ 'rules.cedar': POLICY });
    await start();
    expect(await announced()).toEqual([expect.stringContaining('is not as the authority signed it')]);
  });

  test('that takes somebody out voids what they approved and nobody used yet', async () => {
    const keeper = await start();
    belay.useBundle(keeper.active());
    const asked = await belay.ask();
    expect(await belay.decide(asked, ANN)).toMatchObject({ answer: 'recorded', complete: true });
    place.write({ 'directory.yaml': DIRECTORY.replace("['local:ann'] }", "['local:ann'], active: false }") });
    expect(await keeper.reload({ person: ADA, how: 'request' })).toMatchObject({ diff: ['person ann: deactivated'] });
    belay.useBundle(keeper.active());
    expect(await belay.kinds(asked.run)).toContain('approval.revoked');
    expect((await belay.doors.gate(asked.gate))?.state).toBe('void');
  });

  test('brings the cards of open gates up to date', async () => {
    const keeper = await start();
    belay.useBundle(keeper.active());
    const { gate } = await belay.ask();
    const cards = () =>
      belay.db.selectFrom('outbox').select('id').where('topic', '=', 'gate.card').where('subject', '=', gate).execute();
    const before = (await cards()).length;
    place.write({ 'rules.cedar': POLICY.replaceAll('1 of sre', '2 of sre') });
    await keeper.reload({ person: ADA, how: 'request' });
    expect((await cards()).length).toBe(before + 1);
  });

  test('is loaded one at a time, however often it is asked for', async () => {
    const keeper = await start();
    place.write({ 'rules.cedar': POLICY.replace('1 of sre', '2 of sre') });
    const answers = await Promise.all(Array.from({ length: 5 }, () => keeper.reload({ person: ADA, how: 'request' })));
    expect(answers.map(({ answer }) => answer)).toEqual(['activated', ...Array.from({ length: 4 }, () => 'unchanged')]);
    expect(await record()).toHaveLength(2);
  });
});
