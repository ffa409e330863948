import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { startCalendars } from '../../../src/authority/freezes/calendars.ts';
import { freezesNow } from '../../../src/authority/freezes/freezes-over.ts';
import type { Scope } from '../../../src/domain/halt.ts';
import { SYSTEM_CHAIN } from '../../../src/domain/ledger.ts';
import { ANN, type AuthorityFixture, person, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';

const HOUR = 3_600_000;
const ANYBODY = person('somebody');
const SCOPED = {
  runbook: 'remediation/bad-deploy',
  tool: 'kubernetes.scale',
  targetKey: 'kubernetes:u1/shop/deployments/a',
};

describeReal('a change freeze', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  const add = async (hours: [number, number], scope: Scope = { kind: 'all' }, reason = 'quarter end') => {
    const now = belay.context.now().getTime();
    const [from, to] = [new Date(now + hours[0] * HOUR), new Date(now + hours[1] * HOUR)];
    return await belay.doors.addFreeze({ scope, from, to, reason }, ANYBODY);
  };
  const added = async (...args: Parameters<typeof add>) => {
    const answer = await add(...args);
    if (answer.answer !== 'added') throw new Error(JSON.stringify(answer));
    return answer.freeze;
  };
  const names = () => freezesNow(belay.db, belay.context, belay.context.now()).then((over) => over(SCOPED));

  test('is in force from its beginning to its end, over what it covers, under its name', async () => {
    const now = await added([0, 2]);
    await added([1, 2], { kind: 'tool', value: 'kubernetes.scale' }, 'later');
    await added([0, 2], { kind: 'tool', value: 'kubernetes.rollout_undo' }, 'another tool');
    await added([-1, 2], { kind: 'target', value: 'kubernetes:u1/shop' }, 'the shop');
    expect((await names()).map((name) => name.replace(/ \(f-.*/, ''))).toEqual(['the shop', 'quarter end']);
    expect(await names()).toContain(`quarter end (${now.id})`);
    belay.forward(HOUR);
    expect(await names()).toHaveLength(3);
    expect(await belay.doors.freezes()).toHaveLength(4);
    belay.forward(HOUR);
    expect(await names()).toEqual([]);
    expect(await belay.doors.freezes()).toEqual([]);
    expect(await belay.doors.freezes({ past: true })).toHaveLength(4);
  });

  test.each<[string, [number, number], Scope, string, string]>([
    ['ends before it begins', [2, 1], { kind: 'all' }, 'x', 'to'],
    ['is over already', [-2, -1], { kind: 'all' }, 'x', 'to'],
    ['lasts for years', [0, 24 * 400], { kind: 'all' }, 'x', 'to'],
    ['says no reason', [0, 1], { kind: 'all' }, ' ', 'reason'],
    ['covers a tool that is none', [0, 1], { kind: 'tool', value: 'kubernetes.nothing' }, 'x', 'scope'],
  ])('that %s is not taken', async (_, hours, scope, reason, field) => {
    expect(await add(hours, scope, reason)).toMatchObject({ answer: 'invalid', problems: [{ field }] });
  });

  test('is ended early by somebody who may resume, on record and told; by nobody else, and once', async () => {
    const { id } = await added([0, 5]);
    expect(await belay.doors.liftFreeze(id, ANYBODY)).toMatchObject({ answer: 'refused', why: 'not-an-approver' });
    expect(await names()).toHaveLength(1);
    expect(await belay.doors.liftFreeze(id, ANN)).toEqual({ answer: 'lifted' });
    expect(await names()).toEqual([]);
    expect(await belay.doors.liftFreeze(id, ANN)).toMatchObject({ why: 'over' });
    expect(await belay.doors.liftFreeze('f-000000', ANN)).toMatchObject({ why: 'unknown' });
    const told = await belay.db.selectFrom('outbox').select('payload').where('subject', '=', id).execute();
    expect(told.map(({ payload }) => payload['key'])).toEqual(['added', 'lifted']);
    const kinds = (await belay.doors.ledger(SYSTEM_CHAIN)).filter(({ body }) => body['id'] === id);
    expect(kinds.map(({ kind }) => kind)).toEqual(['freeze.added', 'freeze.lifted']);
  });

  test.each([
    [
      'ends it',
      (own: AuthorityFixture, id: string) => sql`update freezes set lifted_at = now() where id = ${id}`.execute(own.db),
    ],
    ['removes it', (own: AuthorityFixture, id: string) => sql`delete from freezes where id = ${id}`.execute(own.db)],
  ])('stays one when somebody who writes to the database %s', async (_, change) => {
    const own = await startAuthority();
    try {
      const [from, to] = [own.context.now(), new Date(own.context.now().getTime() + HOUR)];
      const answer = await own.doors.addFreeze({ scope: { kind: 'all' }, from, to, reason: 'x' }, ANYBODY);
      const id = answer.answer === 'added' ? answer.freeze.id : '';
      await change(own, id);
      expect((await freezesNow(own.db, own.context, own.context.now()))(SCOPED)).toEqual([
        `the record of freeze ${id} was changed in the database`,
      ]);
    } finally {
      await own.close();
    }
  });

  test('of a calendar stands beside those of people; a calendar that cannot be read is one', async () => {
    const now = belay.context.now;
    const calendars = startCalendars({ places: ['/nowhere/freezes.ics'], now, onError: () => undefined });
    try {
      await calendars.refresh();
      const { id } = await added([0, 1]);
      const context = { ...belay.context, calendars };
      expect((await freezesNow(belay.db, context, now()))(SCOPED)).toEqual([
        `quarter end (${id})`,
        expect.stringMatching(/^the calendar freezes\.ics cannot be relied on \(ENOENT/),
      ]);
    } finally {
      calendars.stop();
    }
  });
});
