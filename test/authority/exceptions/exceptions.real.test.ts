import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import ms from 'ms';
import { exceptionsOver } from '../../../src/authority/exceptions/exceptions-over.ts';
import { attendOwnGates } from '../../../src/authority/gates/attend-own-gates.ts';
import type { ExceptionTerms } from '../../../src/domain/exception.ts';
import { ANN, type AuthorityFixture, BOB, person, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';
import { tamper } from '../../support/tamper.ts';

const CHECK = 's3_bucket_public_access';
const RUNBOOK = 'remediation/restart';
const ASKER = person('asker');
const DAY = ms('1d');

describeReal('an exception', ['postgres'], () => {
  let belay: AuthorityFixture;
  let bucket = '';
  let made = 0;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  beforeEach(() => {
    bucket = `aws:111122223333/eu-west-1/bucket/b-${(made += 1)}`;
  });
  afterAll(() => belay.close());

  const inDays = (days: number) => new Date(belay.context.now().getTime() + days * DAY).toISOString();
  const terms = (changes: Partial<ExceptionTerms> = {}): ExceptionTerms => ({
    resource: bucket,
    check: CHECK,
    runbook: null,
    owner: 'platform team',
    reason: 'the website is served from it',
    control: 'only public files; synced from Git',
    until: inDays(30),
    ...changes,
  });
  const ask = async (changes: Partial<ExceptionTerms> = {}, by = ASKER) => {
    const answer = await belay.doors.requestException(terms(changes), by);
    if (answer.answer !== 'requested') throw new Error(JSON.stringify(answer));
    const gate = await belay.doors.gate(answer.exception.gate ?? '');
    if (!gate) throw new Error('it has no gate');
    return { ...answer.exception, gate: gate.id, digest: gate.digest, run: gate.run };
  };
  const approved = async (changes: Partial<ExceptionTerms> = {}) => {
    const asked = await ask(changes);
    expect(await belay.decide(asked, ANN)).toMatchObject({ answer: 'recorded', complete: true });
    return asked;
  };
  const over = async (checks: readonly string[] = [CHECK], runbook = RUNBOOK) => {
    const found = await exceptionsOver(belay.db, belay.context, [{ resource: bucket, runbook, checks }]);
    return (found.get(bucket) ?? []).map(({ id }) => id);
  };
  const stateOf = async (id: string) =>
    (await belay.doors.exceptions({ past: true })).find((one) => one.id === id)?.state;

  test('is in force from its approval to its end, and then over by itself: nothing has to be done for it', async () => {
    const asked = await ask();
    expect(await over()).toEqual([]);
    expect(await stateOf(asked.id)).toBe('requested');
    await belay.decide(asked, ANN);
    expect(await over()).toEqual([asked.id]);
    expect(await stateOf(asked.id)).toBe('in-force');
    belay.forward(30 * DAY);
    expect(await over()).toEqual([]);
    expect(await stateOf(asked.id)).toBe('expired');
    expect((await belay.doors.exceptions()).map(({ id }) => id)).not.toContain(asked.id);
  });

  test('is asked at a gate that says what, until when, why, what is done meanwhile, and who answers for it', async () => {
    const asked = await ask();
    const gate = await belay.doors.gate(asked.gate);
    expect(gate).toMatchObject({ kind: 'exception', state: 'open', target: bucket, missing: ['1 of approvers'] });
    for (const part of [CHECK, bucket, asked.until, asked.reason, asked.control, asked.owner, 'asker'])
      expect(gate?.plan.diagnosis).toContain(part);
    expect(await belay.kinds(asked.run)).toEqual(['exception.requested', 'gate.opened']);
    await belay.decide(asked, ANN);
    expect(await belay.kinds(asked.run)).toEqual([
      'exception.requested',
      'gate.opened',
      'decision.recorded',
      'gate.decided',
      'exception.in-force',
      'run.finished',
    ]);
    expect((await belay.doors.verifyLedger()).problems).toEqual([]);
  });

  test('is approved neither by who asked for it nor by who answers for it', async () => {
    const own = await ask({}, ANN);
    expect(await belay.decide(own, ANN)).toMatchObject({ answer: 'refused', why: 'not-an-approver' });
    const owned = await ask({ owner: 'local:ann' });
    expect(await belay.decide(owned, ANN)).toMatchObject({ answer: 'refused' });
    expect(await belay.decide(owned, BOB)).toMatchObject({ answer: 'recorded', complete: true });
    expect(await belay.decide(own, person('stranger'))).toMatchObject({ answer: 'refused', why: 'not-an-approver' });
  });

  test.each(['break-glass', 'by-hand', 'edit', 'send-back'] as const)('cannot be decided by %s', async (decision) => {
    const asked = await ask();
    expect(await belay.decide(asked, ANN, decision, { reason: 'x' })).toMatchObject({ answer: 'refused' });
    expect(await stateOf(asked.id)).toBe('requested');
  });

  test('that is denied excepts nothing, and its run is over', async () => {
    const asked = await ask();
    await belay.decide(asked, BOB, 'deny', { reason: 'close it' });
    expect(await over()).toEqual([]);
    expect(await stateOf(asked.id)).toBe('denied');
    expect((await belay.doors.run(asked.run))?.state).toBe('finished');
    expect((await belay.doors.verifyLedger()).problems).toEqual([]);
  });

  test('that nobody decides expires, at the latest when it would have ended', async () => {
    const asked = await ask({ until: inDays(1) });
    belay.forward(2 * DAY);
    await attendOwnGates(belay.context);
    expect(await stateOf(asked.id)).toBe('expired');
    expect((await belay.doors.gate(asked.gate))?.state).toBe('expired');
    expect((await belay.doors.run(asked.run))?.state).toBe('finished');
    expect(await belay.decide(asked, ANN)).toMatchObject({ answer: 'refused', why: 'not-open' });
    expect((await belay.doors.verifyLedger()).problems).toEqual([]);
  });

  test('is revoked by anyone, with a reason, and what it covered is found again at once', async () => {
    const asked = await approved();
    expect(await belay.doors.revokeException(asked.id, person('anyone'), 'moved to a CDN')).toEqual({
      answer: 'revoked',
    });
    expect(await over()).toEqual([]);
    expect(await stateOf(asked.id)).toBe('revoked');
    expect(await belay.doors.revokeException(asked.id, ANN, 'again')).toMatchObject({ why: 'over' });
    expect(await belay.doors.revokeException('x-nobody', ANN, '')).toMatchObject({ why: 'unknown' });
    expect((await belay.doors.verifyLedger()).problems).toEqual([]);
  });

  test('that is only asked for can be taken back', async () => {
    const asked = await ask();
    await belay.doors.revokeException(asked.id, ASKER, 'not needed');
    expect((await belay.doors.gate(asked.gate))?.state).toBe('void');
    expect(await belay.decide(asked, ANN)).toMatchObject({ answer: 'refused', why: 'not-open' });
    expect((await belay.doors.verifyLedger()).problems).toEqual([]);
  });

  describe('covers', () => {
    test('its own resource, its own check and its own runbook alone', async () => {
      const asked = await approved({ runbook: RUNBOOK });
      expect(await over()).toEqual([asked.id]);
      expect(await over([CHECK], 'remediation/bad-deploy')).toEqual([]);
      expect(await over(['another_check'])).toEqual([]);
      expect(await over([])).toEqual([]);
      const near = await exceptionsOver(
        belay.db,
        belay.context,
        [`${bucket}/x`, bucket.slice(0, -1), 'aws:111122223333'].map((resource) => ({
          resource,
          runbook: RUNBOOK,
          checks: [CHECK],
        })),
      );
      expect(near.size).toBe(0);
    });

    test('a resource only when each check that objects is covered', async () => {
      const first = await approved();
      expect(await over([CHECK, 'other'])).toEqual([]);
      const second = await approved({ check: 'other' });
      expect((await over([CHECK, 'other'])).toSorted()).toEqual([first.id, second.id].toSorted());
    });

    test('a resource from a runbook whatever the check, where it names no check', async () => {
      const asked = await approved({ check: null, runbook: RUNBOOK });
      expect(await over([CHECK, 'other'])).toEqual([asked.id]);
      expect(await over([])).toEqual([asked.id]);
      expect(await over([CHECK], 'remediation/bad-deploy')).toEqual([]);
    });
  });

  test('leaves its item out of a run’s list, which is on record with whose exception it is', async () => {
    const asked = await approved();
    const of = await belay.startRun({ runbook: RUNBOOK });
    const item = (key: string, facts: object) => ({
      key,
      title: key,
      owner: null,
      money: null,
      facts: JSON.parse(JSON.stringify(facts)),
      action: null,
    });
    await belay.authority.putItems({
      ...of,
      list: 'public',
      part: 'scan',
      system: 'kubernetes',
      connection: 'default',
      first: true,
      items: [item(bucket, { checks: [CHECK] }), item(`${bucket}-2`, { checks: [CHECK] })],
    });
    await belay.authority.closeList({ ...of, list: 'public' });
    const left = await belay.authority.reduceList({ ...of, list: 'public', as: 'left' });
    expect(left).toMatchObject({ count: 1, leftOut: 1 });
    const reduced = (await belay.doors.ledger(of.run)).find(({ kind }) => kind === 'list.reduced');
    expect(reduced?.body['why']).toEqual([
      {
        key: bucket,
        why: expect.stringMatching(
          new RegExp(`^exception ${asked.id} until 2026-.*, platform team answers for it: the website`),
        ),
      },
    ]);
    const unsure = await belay.startRun({ runbook: RUNBOOK });
    await belay.authority.putItems({
      ...unsure,
      list: 'public',
      part: 'scan',
      system: 'kubernetes',
      connection: 'default',
      first: true,
      items: [item(bucket, { checks: [CHECK], moreChecks: 3 })],
    });
    await belay.authority.closeList({ ...unsure, list: 'public' });
    expect(await belay.authority.reduceList({ ...unsure, list: 'public', as: 'left' })).toMatchObject({ count: 1 });
  });

  test.each<[string, Partial<ExceptionTerms>, string]>([
    ['is over already', { until: '2020-01-01T00:00:00.000Z' }, 'until'],
    ['lasts for years', { until: '2099-01-01T00:00:00.000Z' }, 'until'],
    ['excepts from nothing', { check: null, runbook: null }, 'check'],
    ['names a runbook that is none', { runbook: 'remediation/restrat' }, 'runbook'],
    ['has no owner', { owner: ' ' }, 'owner'],
    ['says no reason', { reason: '' }, 'reason'],
    ['says nothing of the risk', { control: '  ' }, 'control'],
    ['holds a secret', { reason: ['key AKIA', 'QWERTYUIOPASDFGH'].join('') }, 'reason'],
  ])('that %s is not taken', async (_, changes, field) => {
    expect(await belay.doors.requestException(terms(changes), ASKER)).toMatchObject({
      answer: 'invalid',
      problems: [expect.objectContaining({ field })],
    });
  });

  describe('in a database that somebody changed', () => {
    const change = (set: string) => (id: string) => `update exceptions set ${set} where id = '${id}'`;

    test.each<[string, (id: string) => string]>([
      ['with another end', change(`until = until + interval '200 days'`)],
      ['moved to another check', change(`check_id = null, runbook = '${RUNBOOK}'`)],
      ['with another owner', change(`owner = 'nobody'`)],
      ['with a signature of its own', change(`approval = jsonb_set(approval, '{signature}', '"AAAA"')`)],
    ])('is in force for nobody %s, and the check of the ledger names it', async (_, statement) => {
      const asked = await approved();
      await tamper(belay.db, statement(asked.id));
      expect(await over()).toEqual([]);
      const { problems } = await belay.doors.verifyLedger();
      expect(problems.filter((problem) => problem.includes(asked.id))).not.toEqual([]);
      await tamper(belay.db, `delete from exceptions where id = '${asked.id}'`);
    });

    test('is none that was asked for and never approved, whatever its row says', async () => {
      const real = await approved();
      const asked = await ask({ check: 'other' });
      await tamper(
        belay.db,
        `update exceptions set approved_at = now(), approval = (select approval from exceptions where id = '${real.id}') where id = '${asked.id}'`,
      );
      expect(await over(['other'])).toEqual([]);
      expect((await belay.doors.verifyLedger()).problems.join('\n')).toContain(`approval of exception ${asked.id}`);
      await tamper(belay.db, `update exceptions set approved_at = null, approval = null where id = '${asked.id}'`);
    });

    test('stays revoked when its end is taken out of its row', async () => {
      const asked = await approved();
      await belay.doors.revokeException(asked.id, ANN, 'over');
      await tamper(belay.db, `update exceptions set revoked_at = null, revocation = null where id = '${asked.id}'`);
      expect(await over()).toEqual([]);
      expect((await belay.doors.verifyLedger()).problems.join('\n')).toContain(`revocation of exception ${asked.id}`);
      await tamper(belay.db, `update exceptions set revoked_at = now() where id = '${asked.id}'`);
    });

    test('is not approved in other terms than those that were asked', async () => {
      const asked = await ask();
      await tamper(belay.db, `update exceptions set until = until + interval '100 days' where id = '${asked.id}'`);
      await expect(belay.decide(asked, ANN)).rejects.toThrow('is not what was asked');
      expect(await over()).toEqual([]);
      expect((await belay.doors.gate(asked.gate))?.state).toBe('open');
    });
  });
});
