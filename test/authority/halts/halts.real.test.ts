import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { resumeRun } from '../../../src/authority/halts/halted-run.ts';
import type { Scope } from '../../../src/domain/halt.ts';
import { brokenLink } from '../../../src/domain/ledger.ts';
import { ANN, type AuthorityFixture, BOB, person, startAuthority } from '../../support/authority-fixture.ts';
import { LEASE_MS } from '../../support/authority-manifest.ts';
import { describeReal } from '../../support/parts.ts';

const ALL: Scope = { kind: 'all' };
/** In no directory: a Slack member, the API's token. */
const ANYBODY = person('somebody');

describeReal('a halt', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  const halt = async (scope: Scope = ALL, more: { undo?: boolean; by?: typeof ANN; reason?: string } = {}) => {
    const { undo = false, by = ANYBODY, reason = 'it looks wrong' } = more;
    const answer = await belay.doors.halt({ scope, undo, reason }, by);
    if (answer.answer !== 'halted') throw new Error(JSON.stringify(answer));
    return answer.halt;
  };
  const lift = async (id: string) => {
    const { decision } = await belay.doors.resume({ halt: id, reason: 'looked at it' }, ANN);
    expect(decision).toMatchObject({ answer: 'recorded', complete: true });
  };
  const runOf = async (id: string) => {
    const { run } = await belay.db.selectFrom('halts').select('run').where('id', '=', id).executeTakeFirstOrThrow();
    return run;
  };
  const intents = async (db = belay.db) =>
    (await db.selectFrom('intents').select('action').where('phase', '=', 'execute').execute()).length;
  const outbox = async (topic: 'announce' | 'gate.card' | 'run.wake' | 'run.start', subject: string) =>
    await belay.db
      .selectFrom('outbox')
      .selectAll()
      .where('topic', '=', topic)
      .where('subject', '=', subject)
      .orderBy('id')
      .execute();

  test('by anybody who is signed in stops what would begin, and people see who and why', async () => {
    const asked = await belay.approved();
    const begun = await halt();
    expect(await belay.grant(asked.action)).toMatchObject({
      answer: 'refused',
      code: 'halted',
      message: expect.stringMatching(/^everything halted by somebody: it looks wrong \(h-/),
    });
    expect(await belay.doors.run(asked.run)).toMatchObject({ state: 'halted' });
    expect(await belay.doors.halts()).toEqual([begun]);
    expect(await outbox('announce', begun.id)).toMatchObject([
      { payload: { text: expect.stringContaining('everything halted by somebody: it looks wrong') } },
    ]);
    expect((await outbox('gate.card', asked.gate)).length).toBeGreaterThan(1);
    await lift(begun.id);
  });

  test('met twice is told once; resumed, its run is woken, goes on, and gets its grant', async () => {
    const asked = await belay.approved();
    const { id } = await halt();
    await belay.grant(asked.action);
    await belay.grant(asked.action);
    await resumeRun(belay.context, asked.run);
    expect(await belay.doors.run(asked.run)).toMatchObject({ state: 'halted' });
    const wakes = (await outbox('run.wake', asked.run)).length;
    await lift(id);
    expect(await outbox('run.wake', asked.run)).toHaveLength(wakes + 1);
    await resumeRun(belay.context, asked.run);
    expect(await belay.doors.run(asked.run)).toMatchObject({ state: 'running' });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'granted' });
    const told = (await belay.kinds(asked.run)).filter((kind) => kind === 'run.halted' || kind === 'run.resumed');
    expect(told).toEqual(['run.halted', 'run.resumed']);
  });

  test('freezes open gates: nobody approves, anybody may still deny; what is asked for meanwhile starts and waits', async () => {
    const { id } = await halt();
    const asked = await belay.ask();
    expect(await belay.doors.gate(asked.gate)).toMatchObject({
      state: 'frozen',
      frozen: expect.stringContaining('somebody'),
    });
    expect(await belay.decide(asked, ANN)).toMatchObject({ answer: 'refused', why: 'frozen' });
    const denied = await belay.ask();
    expect(await belay.decide(denied, ANN, 'deny')).toMatchObject({ answer: 'recorded', complete: true });
    await lift(id);
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'open', frozen: null });
    expect(await belay.decide(asked, ANN)).toMatchObject({ answer: 'recorded', complete: true });
  });

  test.each<[string, Scope, boolean]>([
    ['its runbook', { kind: 'runbook', value: 'remediation/bad-deploy' }, true],
    ['another runbook', { kind: 'runbook', value: 'remediation/restart' }, false],
    ['its tool', { kind: 'tool', value: 'kubernetes.rollout_undo' }, true],
    ['another tool', { kind: 'tool', value: 'kubernetes.scale' }, false],
    ['the namespace its target is in', { kind: 'target', value: 'kubernetes:u1/shop' }, true],
    ['a target whose name begins the same', { kind: 'target', value: 'kubernetes:u1/sho' }, false],
  ])('of %s covers an action: %s → %s', async (_, scope, covered) => {
    const asked = await belay.approved();
    const { id } = await halt(scope);
    expect(await belay.grant(asked.action)).toMatchObject(covered ? { code: 'halted' } : { answer: 'granted' });
    await lift(id);
  });

  test.each([
    [{ kind: 'tool', value: 'kubernetes.scael' } as const, 'x', 'scope', 'did you mean kubernetes.scale?'],
    [{ kind: 'runbook', value: 'nothing' } as const, 'x', 'scope', 'there is no runbook "nothing"'],
    [ALL, '  ', 'reason', 'say why'],
  ])('that would stop nothing, or says no reason, is not taken: %j "%s"', async (scope, reason, field, message) => {
    expect(await belay.doors.halt({ scope, undo: false, reason }, ANN)).toEqual({
      answer: 'invalid',
      problems: [{ field, message: expect.stringContaining(message) }],
    });
    expect(await belay.doors.halts()).toEqual([]);
  });

  test('said twice by one person is one; by two people it is two, and both must be resumed', async () => {
    const asked = await belay.approved();
    const [one, again, two] = [await halt(), await halt(), await halt(ALL, { by: BOB })];
    expect(again).toEqual(one);
    expect(await belay.doors.resume({}, ANN)).toMatchObject({
      halt: null,
      decision: { answer: 'refused', message: expect.stringContaining(two.id) },
    });
    await lift(one.id);
    expect(await belay.grant(asked.action)).toMatchObject({ code: 'halted', message: expect.stringContaining('bob') });
    await lift(two.id);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'granted' });
  });

  describe('is resumed by people', () => {
    test('who may, and by nobody else: not who is a stranger, not who halted it', async () => {
      const { id, gate } = await halt(ALL, { by: ANN });
      for (const who of [ANYBODY, ANN])
        expect(await belay.doors.resume({ halt: id }, who)).toMatchObject({
          gate,
          decision: { answer: 'refused', why: 'not-an-approver' },
        });
      expect(await belay.doors.resume({}, BOB)).toMatchObject({ halt: id, gate, decision: { answer: 'recorded' } });
      expect(await belay.doors.halts()).toEqual([]);
      expect(await belay.doors.halts({ lifted: true })).toContainEqual(
        expect.objectContaining({ id, liftedAt: expect.any(String) }),
      );
    });

    test('after a no it stays, and is asked anew', async () => {
      const { id, gate } = await halt();
      const asked = await belay.doors.gate(gate ?? '');
      await belay.doors.decide(gate ?? '', { decision: 'deny', digest: asked?.digest ?? '', reason: 'not yet' }, ANN);
      expect(await belay.doors.halts()).toMatchObject([{ id, liftedAt: null }]);
      const answer = await belay.doors.resume({ halt: id }, BOB);
      expect(answer.gate).not.toBe(gate);
      expect(answer.decision).toMatchObject({ answer: 'recorded', complete: true });
    });

    test('by its gate like any other: `belay approve` of it is the same', async () => {
      const { id, gate } = await halt();
      const asked = await belay.doors.gate(gate ?? '');
      await belay.doors.decide(gate ?? '', { decision: 'approve', digest: asked?.digest ?? '' }, BOB);
      expect(await belay.doors.halts()).toEqual([]);
      expect(await belay.doors.resume({ halt: id }, ANN)).toMatchObject({
        decision: { answer: 'refused', message: 'Nothing is halted.' },
      });
    });
  });

  test('is a run in every list, with its own story and chain, and no workflow behind it', async () => {
    const { id } = await halt();
    const run = await runOf(id);
    expect(await belay.doors.run(run)).toMatchObject({
      title: 'Halt',
      target: 'everything',
      state: 'waiting',
      requester: ANYBODY,
    });
    await lift(id);
    expect(await belay.doors.run(run)).toMatchObject({ state: 'finished', summary: 'Resumed by ann: looked at it.' });
    expect(await belay.kinds(run)).toEqual([
      'halt.begun',
      'gate.opened',
      'decision.recorded',
      'gate.decided',
      'halt.lifted',
      'run.finished',
    ]);
    const entries = await belay.doors.ledger(run);
    expect(brokenLink(run, entries)).toBeUndefined();
    expect((await belay.doors.steps(run)).map(({ text }) => text).join('\n')).toContain(
      'everything halted by somebody: it looks wrong',
    );
    expect([...(await outbox('run.start', run)), ...(await outbox('run.wake', run))]).toEqual([]);
  });

  test('is not ended by cancelling the run that stands for it', async () => {
    const { id } = await halt();
    await expect(belay.doors.cancel(await runOf(id), ANN, 'away with it')).rejects.toMatchObject({
      type: 'stop.forbidden',
      message: expect.stringContaining('belay resume'),
    });
    expect(await belay.doors.halts()).toHaveLength(1);
    await lift(id);
  });

  test('survives a restart', async () => {
    const asked = await belay.approved();
    const { id } = await halt();
    const later = await belay.restart();
    try {
      expect(await later.grant(asked.action)).toMatchObject({ code: 'halted' });
      expect(await later.doors.halts()).toMatchObject([{ id }]);
      expect((await later.doors.resume({}, ANN)).decision).toMatchObject({ answer: 'recorded' });
      expect(await later.grant(asked.action)).toMatchObject({ answer: 'granted' });
    } finally {
      await later.close();
    }
  });

  describe('and what was begun before', () => {
    const executed = async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      await belay.record(asked.action, 1);
      return asked;
    };

    test('is left as it is, and may be taken back: undoing is not stopped', async () => {
      const asked = await executed();
      const { id } = await halt();
      expect(await belay.doors.run(asked.run)).toMatchObject({ state: 'running' });
      await belay.doors.cancel(asked.run, ANN, 'stop');
      expect(await belay.grant(asked.action, 'undo')).toMatchObject({ answer: 'granted' });
      await lift(id);
    });

    test('with --undo open runs in its scope that did something are cancelled with its reason, others are not', async () => {
      const [did, waits, over] = [await executed(), await belay.approved(), await executed()];
      await belay.authority.finish({ ...over, outcome: 'fixed', summary: 'done' });
      const { id } = await halt({ kind: 'tool', value: 'kubernetes.rollout_undo' }, { undo: true });
      const cancelOf = async ({ run }: { run: string }) =>
        (await belay.db.selectFrom('runs').select('cancel').where('id', '=', run).executeTakeFirstOrThrow()).cancel;
      expect(await cancelOf(did)).toMatchObject({ by: ANYBODY, reason: expect.stringContaining('it looks wrong') });
      expect(await cancelOf(waits)).toBeNull();
      expect(await cancelOf(over)).toBeNull();
      expect(await belay.grant(did.action, 'undo')).toMatchObject({ answer: 'granted' });
      await lift(id);
    });

    test('whose end nobody knows is looked into and not done again while it is halted', async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      const { id } = await halt();
      belay.forward(LEASE_MS);
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'reconcile', mayRepeat: false });
      await lift(id);
      belay.forward(LEASE_MS);
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'reconcile', mayRepeat: true });
    });
  });

  describe('against somebody who writes to the database', () => {
    /** Changes a database of its own, since a broken record stays broken. */
    const tampered = async (change: (own: AuthorityFixture, id: string) => Promise<unknown>, lifted = false) => {
      const own = await startAuthority();
      try {
        const asked = await own.approved();
        const answer = await own.doors.halt({ scope: ALL, undo: false, reason: 'wrong' }, BOB);
        if (answer.answer !== 'halted') throw new Error(JSON.stringify(answer));
        if (lifted) await own.doors.resume({}, ANN);
        await change(own, answer.halt.id);
        return { answer: await own.grant(asked.action), begun: await intents(own.db) };
      } finally {
        await own.close();
      }
    };
    const set = (columns: string) => (own: AuthorityFixture, id: string) =>
      sql`update halts set ${sql.raw(columns)} where id = ${id}`.execute(own.db);
    const tool = { kind: 'tool', value: 'kubernetes.scale' };

    test.each<[string, (own: AuthorityFixture, id: string) => Promise<unknown>]>([
      ['lifts it', set('lifted_at = now()')],
      ['lifts it with a word of its own', set(`lifted_at = now(), lift = '{"halt":"h-1","signature":"x"}'`)],
      ['narrows it', set(`scope = '${JSON.stringify(tool)}'`)],
      ['gives it to another run', set('run = (select id from runs where id <> halts.run limit 1)')],
      ['removes it', (own, id) => sql`delete from halts where id = ${id}`.execute(own.db)],
      [
        'removes it and its number',
        async (own, id) => {
          await sql`delete from halts where id = ${id}`.execute(own.db);
          await sql`alter table sequence disable trigger all`.execute(own.db);
          await sql`delete from sequence where subject = ${id}`.execute(own.db);
        },
      ],
      [
        'lifts it and forges the number of a lift',
        async (own, id) => {
          await set('lifted_at = now()')(own, id);
          await sql`insert into sequence select number + 1, 'halt.lifted', chain, ${id}, hash, 'forged'
                    from sequence order by number desc limit 1`.execute(own.db);
          await sql`update sequence_head set number = number + 1, hash = 'forged'`.execute(own.db);
        },
      ],
    ])('who %s, nothing begins', async (_, change) => {
      expect(await tampered(change)).toMatchObject({ answer: { answer: 'refused', code: 'record-broken' }, begun: 0 });
    });

    test('who takes back that it was lifted stops everything, which is no harm; untouched, a lifted one lets go', async () => {
      expect(await tampered(set('lifted_at = null'), true)).toMatchObject({ answer: { code: 'record-broken' } });
      expect(await tampered(async () => undefined, true)).toMatchObject({ answer: { answer: 'granted' } });
    });
  });

  test('raced by 200 grants: when it has answered, no grant is under way and none commits after it', async () => {
    // Grants and halts come from two servers on one database, each with its own connections.
    const own = await startAuthority();
    const elsewhere = await own.restart();
    try {
      const asked: Awaited<ReturnType<AuthorityFixture['approved']>>[] = [];
      const ready = async () => {
        while (asked.length < 200) asked.push(await own.approved());
      };
      await Promise.all(Array.from({ length: 10 }, ready));
      const answers: Awaited<ReturnType<AuthorityFixture['grant']>>[] = [];
      const queue = [...asked];
      let someThrough = () => {};
      const through = new Promise<void>((resolve) => (someThrough = resolve));
      // As many at a time as there are connections; ten are through before the halt comes.
      const worker = async () => {
        for (let next = queue.pop(); next; next = queue.pop()) {
          answers.push(await own.grant(next.action));
          if (answers.length === 10) someThrough();
        }
      };
      const workers = Array.from({ length: 12 }, worker);
      await through;
      const answer = await elsewhere.doors.halt({ scope: ALL, undo: false, reason: 'race' }, BOB);
      const atAnswer = await intents(elsewhere.db);
      await Promise.all(workers);
      const granted = answers.filter((one) => one.answer === 'granted').length;
      expect(answer).toMatchObject({ answer: 'halted' });
      expect(await intents(elsewhere.db)).toBe(atAnswer);
      expect(granted).toBe(atAnswer);
      expect(granted).toBeGreaterThanOrEqual(10);
      const rest = answers.filter((one) => one.answer !== 'granted');
      expect(rest.every((one) => one.answer === 'refused' && one.code === 'halted')).toBe(true);
      expect(rest).toHaveLength(asked.length - granted);
      expect(await own.doors.verifyLedger()).toMatchObject({ problems: [] });
    } finally {
      await elsewhere.close();
      await own.close();
    }
  });
});
