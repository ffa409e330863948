import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import ms from 'ms';
import { attendOwnGates } from '../../../src/authority/gates/attend-own-gates.ts';
import {
  type Asked,
  type AuthorityFixture,
  optionOf,
  person,
  startAuthority,
} from '../../support/authority-fixture.ts';
import { bundleSample } from '../../support/bundle-sample.ts';
import { describeReal } from '../../support/parts.ts';

const [ANN, LEA] = [person('ann'), person('lea')];
const WAITS = bundleSample({
  groups: { approvers: ['ann', 'bob'], leads: ['lea'] },
  requirement: {
    remindAfterMs: [ms('1h'), ms('2h')],
    escalate: [{ afterMs: ms('3h'), group: 'leads' }],
    expiresAfterMs: ms('8h'),
    validForMs: ms('1h'),
  },
});

describeReal('a gate that waits', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  beforeEach(() => belay.useBundle(WAITS));
  afterAll(() => belay.close());

  const count = async (on: Asked, kind: string) => (await belay.kinds(on.run)).filter((one) => one === kind).length;
  const said = async (on: Asked) =>
    (
      await belay.db
        .selectFrom('outbox')
        .select('payload')
        .where('subject', '=', on.run)
        .where('topic', '=', 'say')
        .execute()
    ).map(({ payload }) => payload['text']);

  test('reminds, asks the next group, and expires: not done, on record and said, each once however often it is looked at', async () => {
    const asked = await belay.ask();
    expect(await belay.attend(asked)).toMatchObject({ state: 'open', lookAgainMs: ms('1h') });
    belay.forward(ms('1h'));
    for (let at = 0; at < 3; at += 1) expect(await belay.attend(asked)).toMatchObject({ lookAgainMs: ms('1h') });
    expect(await count(asked, 'gate.reminded')).toBe(1);
    expect(await belay.decide(asked, LEA)).toMatchObject({ why: 'not-an-approver' });
    belay.forward(ms('2h'));
    await Promise.all([belay.attend(asked), belay.attend(asked)]);
    expect([await count(asked, 'gate.reminded'), await count(asked, 'gate.escalated')]).toEqual([2, 1]);
    expect(await said(asked)).toEqual(expect.arrayContaining([expect.stringContaining('leads may decide now too')]));
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ escalatedTo: ['leads'] });
    belay.forward(ms('5h'));
    expect(await belay.attend(asked)).toMatchObject({ state: 'expired' });
    expect(await belay.attend(asked)).toMatchObject({ state: 'expired' });
    expect(await count(asked, 'gate.expired')).toBe(1);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
  });

  test('after a standstill it does all that was due in one go', async () => {
    const asked = await belay.ask();
    belay.forward(ms('4h'));
    await belay.attend(asked);
    expect([await count(asked, 'gate.reminded'), await count(asked, 'gate.escalated')]).toEqual([1, 1]);
  });

  test('counts the approval of a group that was asked too in the place of the first', async () => {
    const asked = await belay.ask();
    belay.forward(ms('3h'));
    await belay.attend(asked);
    expect(await belay.decide(asked, LEA)).toMatchObject({ complete: true, missing: [] });
    await belay.authority.lock({ run: asked.run, execution: asked.execution, actions: [asked.action] });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'granted' });
  });

  test('approved at the instant it expires it has expired; one millisecond earlier it is approved', async () => {
    const [late, early] = [await belay.ask(), await belay.ask()];
    belay.forward(ms('8h') - 1);
    expect(await belay.decide(early, ANN)).toMatchObject({ complete: true });
    belay.forward(1);
    expect(await belay.decide(late, ANN)).toMatchObject({ why: 'not-open' });
    expect([(await belay.attend(late)).state, (await belay.doors.gate(early.gate))?.state]).toEqual([
      'expired',
      'approved',
    ]);
  });

  test('an approval that nobody used in time is void, and its run is woken to see it', async () => {
    const [asked, unused] = [await belay.approved(), await belay.approved()];
    expect((await belay.attend(asked)).lookAgainMs).toBe(ms('1h'));
    belay.forward(ms('1h') - 1);
    await attendOwnGates(belay.context);
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'approved' });
    belay.forward(1);
    expect(await belay.attend(asked)).toMatchObject({ state: 'void', reason: expect.stringContaining('was not used') });
    await attendOwnGates(belay.context);
    expect(await belay.doors.gate(unused.gate)).toMatchObject({ state: 'void' });
    const woken = belay.db
      .selectFrom('outbox')
      .select('id')
      .where('subject', '=', unused.run)
      .where('topic', '=', 'run.wake');
    expect((await woken.execute()).length).toBe(2);
  });

  test('once used, an approval ends with its actions and not with the hour', async () => {
    const asked = await belay.approved();
    await belay.grant(asked.action);
    belay.forward(ms('2h'));
    await attendOwnGates(belay.context);
    expect(await belay.attend(asked)).toMatchObject({ state: 'executing' });
  });

  test('is there after a restart, as it was, and the first click counts', async () => {
    const asked = await belay.ask();
    const again = await belay.restart();
    try {
      expect(await again.doors.gate(asked.gate)).toEqual(await belay.doors.gate(asked.gate));
      expect(await again.decide(asked, ANN)).toMatchObject({ answer: 'recorded', complete: true });
      expect(await belay.decide(asked, ANN)).toMatchObject({ answer: 'repeated' });
    } finally {
      await again.close();
    }
  });

  test('that nobody can decide says so on the card, in the record and to the people at once', async () => {
    belay.useBundle(bundleSample({ groups: { approvers: [] }, others: ['ann', 'requester'] }));
    const of = await belay.startRun();
    const { id } = await belay.preview(of);
    const gate = await belay.openGate(of, [optionOf('a', [id])]);
    expect(gate).toMatchObject({ emptyGroups: ['approvers'] });
    expect(await said({ ...of, gate: gate.id, action: id, digest: gate.digest })).toEqual([
      expect.stringContaining('Nobody can approve'),
    ]);
    expect(await belay.decide({ gate: gate.id, digest: gate.digest }, ANN)).toMatchObject({
      why: 'not-an-approver',
      message: expect.stringContaining('Nobody may decide this'),
    });
  });

  test('a halted run stays halted when its gate is opened, decided or withdrawn', async () => {
    const of = await belay.startRun();
    const halt = () => belay.db.updateTable('runs').set({ state: 'halted' }).where('id', '=', of.run).execute();
    await halt();
    const { id } = await belay.preview(of);
    const gate = await belay.openGate(of, [optionOf('a', [id])]);
    expect(await belay.doors.run(of.run)).toMatchObject({ state: 'halted' });
    await belay.decide({ gate: gate.id, digest: gate.digest }, ANN, 'deny');
    expect(await belay.doors.run(of.run)).toMatchObject({ state: 'halted' });
    const second = await belay.openGate(of, [optionOf('a', [id])], 2);
    await belay.authority.voidGate({ ...of, gate: second.id, reason: 'enough' });
    expect(await belay.doors.run(of.run)).toMatchObject({ state: 'halted' });
  });
});
