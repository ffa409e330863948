import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ms from 'ms';
import type { StartAnswer, StartRequest } from '../../src/authority/doors.ts';
import { verifyWith } from '../../src/authority/keys/verify-signature.ts';
import { signedPermit } from '../../src/domain/permit.ts';
import { bindRun } from '../../src/authority/runs/bind.ts';
import { loseRun } from '../../src/authority/runs/lose-run.ts';
import { ANN, type AuthorityFixture, BOB, previewOf, REQUESTER, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';

const REQUEST: StartRequest = { runbook: 'remediation/bad-deploy', input: { namespace: 'shop', name: 'checkout' } };

describeReal('a run', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  const idOf = (answer: StartAnswer) => ('run' in answer ? answer.run : undefined);
  const outbox = (subject: string) =>
    belay.db.selectFrom('outbox').selectAll().where('subject', '=', subject).orderBy('id').execute();
  const said = async (run: string) => (await outbox(run)).filter((row) => row.topic === 'say');
  const runCount = async () => (await belay.db.selectFrom('runs').select('id').execute()).length;

  describe('is asked for', () => {
    test('by a person: registered before anything starts, with the defaults of its runbook filled in', async () => {
      const run = idOf(await belay.doors.start(REQUEST, ANN)) ?? '';
      expect(await belay.doors.run(run)).toMatchObject({
        state: 'queued',
        mode: 'propose',
        dryRun: false,
        input: { namespace: 'shop', name: 'checkout', wait: 60 },
        requester: ANN,
        target: 'deployment checkout in shop',
      });
      expect((await outbox(run)).map((row) => row.topic)).toEqual(['run.start']);
      expect(await belay.kinds(run)).toEqual(['run.registered']);
    });

    test.each<[string, StartRequest, object]>([
      ['an unknown runbook', { ...REQUEST, runbook: 'x/y' }, { answer: 'unknown-runbook' }],
      ['no runbook but a name of Object', { ...REQUEST, runbook: 'constructor' }, { answer: 'unknown-runbook' }],
      [
        'everything wrong at once',
        { ...REQUEST, input: { name: 5, speed: 9 } },
        {
          answer: 'invalid',
          problems: expect.arrayContaining([
            { field: 'namespace', message: 'is required' },
            { field: 'speed', message: expect.stringContaining('is not an input of remediation/bad-deploy') },
            { field: 'name', message: 'must be string' },
          ]),
        },
      ],
    ])('%s: each problem is named and nothing is registered', async (_, request, answer) => {
      const before = await runCount();
      expect(await belay.doors.start(request, ANN, 'k')).toMatchObject(answer);
      expect(await runCount()).toBe(before);
    });
  });

  describe('with an idempotency key', () => {
    test('is made once: the same request finds it, another is told', async () => {
      const first = await belay.doors.start(REQUEST, ANN, 'key-1');
      expect(first.answer).toBe('registered');
      expect(await belay.doors.start(REQUEST, ANN, 'key-1')).toEqual({ answer: 'known', run: idOf(first) });
      // A default spelled out is the same request.
      const spelled = { ...REQUEST, input: { wait: 60, name: 'checkout', namespace: 'shop' }, dryRun: false };
      expect(await belay.doors.start(spelled, ANN, 'key-1')).toEqual({ answer: 'known', run: idOf(first) });
      for (const other of [
        { ...REQUEST, dryRun: true },
        { ...REQUEST, runbook: 'remediation/restart' },
      ])
        expect(await belay.doors.start(other, ANN, 'key-1')).toMatchObject({ answer: 'key-reused' });
    });

    test('belongs to who used it, and lasts 7 days', async () => {
      const own = await startAuthority();
      try {
        const first = await own.doors.start(REQUEST, ANN, 'k');
        expect((await own.doors.start(REQUEST, BOB, 'k')).answer).toBe('registered');
        own.forward(ms('7d'));
        expect(await own.doors.start(REQUEST, ANN, 'k')).toEqual({ answer: 'known', run: idOf(first) });
        own.forward(1);
        expect((await own.doors.start({ ...REQUEST, dryRun: true }, ANN, 'k')).answer).toBe('registered');
      } finally {
        await own.close();
      }
    });

    test('used five times at once is one run; this 20 times', async () => {
      for (let at = 0; at < 20; at += 1) {
        const before = await runCount();
        const answers = await Promise.all(
          Array.from({ length: 5 }, () => belay.doors.start(REQUEST, ANN, `parallel-${at}`)),
        );
        expect(new Set(answers.map(idOf)).size).toBe(1);
        expect(answers.filter((one) => one.answer === 'registered')).toHaveLength(1);
        expect(await runCount()).toBe(before + 1);
      }
    });
  });

  describe('speaks to the authority', () => {
    test('only from the Temporal chain that was started for it, and only once it is bound', async () => {
      const run = idOf(await belay.doors.start(REQUEST, ANN)) ?? '';
      await expect(belay.authority.begin({ run, execution: 'e' })).rejects.toMatchObject({ type: 'retry.not-yet' });
      await bindRun(belay.context, run, `chain-${run}`);
      await bindRun(belay.context, run, `false-${run}`);
      for (const of of [
        { run, execution: `false-${run}` },
        { run: 'r-zzzzzzzz', execution: `chain-${run}` },
      ])
        await expect(belay.authority.begin(of)).rejects.toMatchObject({ type: 'stop.unknown-run' });
      const begun = await belay.authority.begin({ run, execution: `chain-${run}` });
      expect(begun).toMatchObject({ runbook: REQUEST.runbook, mode: 'propose', news: { cancelled: false } });
      expect((await belay.kinds(run)).filter((kind) => kind === 'run.bound')).toHaveLength(1);
    });

    test('and gets a signed permit for its own tools and connections, in force for 30 days', async () => {
      const of = await belay.startRun({ runbook: 'remediation/restart' });
      const { permit, keyId, signature } = (await belay.authority.begin(of)).permit;
      const { publicKeyPem } = belay.context.key;
      expect(verifyWith(publicKeyPem, signedPermit(permit), keyId, signature)).toBe(true);
      const wider = signedPermit({ ...permit, tools: ['kubernetes.rollout_undo'] });
      expect(verifyWith(publicKeyPem, wider, keyId, signature)).toBe(false);
      expect(permit).toMatchObject({
        tools: ['kubernetes.pods', 'kubernetes.scale'],
        connections: ['kubernetes.default'],
      });
      expect(Date.parse(permit.expiresAt) - belay.context.now().getTime()).toBe(ms('30d'));
    });

    test('but not with a tool that its runbook does not name', async () => {
      const of = await belay.startRun({ runbook: 'remediation/restart' });
      const preview = previewOf('x');
      await expect(belay.authority.preview({ ...of, sequence: 1, preview })).rejects.toMatchObject({
        type: 'stop.forbidden',
      });
    });

    test('and once it is over, nothing that would change something is heard', async () => {
      const asked = await belay.ask();
      await belay.authority.abandon({ ...asked, state: 'failed', message: 'a bug' });
      for (const attempt of [
        () => belay.preview(asked, 2),
        () => belay.authority.lock({ ...asked, actions: [asked.action] }),
        () => belay.authority.verified({ ...asked, verdict: 'healthy', checks: [], final: true }),
        () => belay.openGate(asked, [{ id: 'a', title: 'a', recommended: true, actions: [] }], 2),
      ])
        await expect(attempt()).rejects.toMatchObject({ type: 'stop.unknown-run' });
      expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'void' });
    });

    test.each(['attendGate', 'voidGate'] as const)('and not about the gate of another run: %s', async (call) => {
      const [mine, other] = [await belay.ask(), await belay.ask()];
      const request = { run: mine.run, execution: mine.execution, gate: other.gate, reason: 'x' };
      await expect(belay.authority[call](request)).rejects.toMatchObject({ type: 'stop.not-found' });
      expect(await belay.doors.gate(other.gate)).toMatchObject({ state: 'open' });
    });

    test('and not about the actions of another run: they are not previewed for this one', async () => {
      const [mine, other] = [await belay.startRun(), await belay.ask()];
      const options = [{ id: 'a', title: 'a', recommended: true, actions: [other.action] }];
      await expect(belay.openGate(mine, options)).rejects.toMatchObject({ type: 'stop.invalid-input' });
      expect(await belay.kinds(mine.run)).not.toContain('plan.proposed');
    });
  });

  test('opens its n-th gate once, asked twice or at the same time', async () => {
    const of = await belay.startRun();
    const { id } = await belay.preview(of);
    const options = [{ id: 'a', title: 'a', recommended: true, actions: [id] }];
    const gates = await Promise.all(Array.from({ length: 4 }, () => belay.openGate(of, options)));
    expect(new Set(gates.map((gate) => gate.id)).size).toBe(1);
    expect((await belay.kinds(of.run)).filter((kind) => kind === 'gate.opened')).toHaveLength(1);
    expect((await belay.openGate(of, options, 2)).id).not.toBe(gates[0]?.id);
  });

  test('says a thing once per key, also when it says it five times at once', async () => {
    const [of, other] = [await belay.startRun(), await belay.startRun()];
    const note = (key: string, run = of) => belay.authority.note({ ...run, key, text: `about ${key}` });
    await Promise.all(Array.from({ length: 5 }, () => note('a')));
    await note('a');
    await note('b');
    await note('a', other);
    expect((await said(of.run)).map((row) => row.payload)).toEqual([
      { key: 'a', text: 'about a' },
      { key: 'b', text: 'about b' },
    ]);
    expect((await belay.kinds(of.run)).filter((kind) => kind === 'run.note')).toHaveLength(2);
    expect(await said(other.run)).toHaveLength(1);
  });

  test('records a turn once', async () => {
    const of = await belay.startRun();
    const { run } = of;
    const conversation = { id: `blob:${'0'.repeat(64)}`, bytes: 1, mediaType: 'application/json', summary: 'x' };
    const result = {
      conversation,
      usage: { inputTokens: 1, outputTokens: 2 },
      model: 'm',
      promptHash: 'p',
      next: { kind: 'invalid' as const, problem: 'no plan' },
    };
    const turnId = `${run}/t1`;
    expect(await belay.authority.findTurn({ ...of, turnId })).toEqual({ result: null });
    await Promise.all(Array.from({ length: 3 }, () => belay.authority.recordTurn({ ...of, turnId, result })));
    const other = { ...result, model: 'another' };
    await belay.authority.recordTurn({ ...of, turnId, result: other });
    expect(await belay.authority.findTurn({ ...of, turnId })).toEqual({ result });
    expect((await belay.kinds(run)).filter((kind) => kind === 'model.turn')).toHaveLength(1);

    // Another run's turn, a chain that is not the run's, and a run that is over have none.
    const { authority } = belay;
    const foreign = await belay.startRun();
    for (const [wrong, why] of [
      [{ ...foreign, turnId }, 'is none of run'],
      [{ ...of, execution: foreign.execution, turnId }, 'belongs to another execution'],
      [{ ...of, run: 'r-00000000', turnId: 'r-00000000/t1' }, 'is not registered'],
    ] as const) {
      await expect(authority.findTurn(wrong)).rejects.toThrow(why);
      await expect(authority.recordTurn({ ...wrong, result })).rejects.toThrow(why);
    }
    await authority.finish({ ...of, outcome: 'denied', summary: 'no' });
    await expect(authority.recordTurn({ ...of, turnId: `${run}/t2`, result })).rejects.toThrow('nothing more is done');
    expect((await belay.kinds(foreign.run)).filter((kind) => kind === 'model.turn')).toEqual([]);
  });

  describe('ends', () => {
    test('once: what comes later, or at the same time, changes nothing', async () => {
      const asked = await belay.ask();
      await Promise.all([
        belay.authority.finish({ ...asked, outcome: 'denied', summary: 'no' }),
        belay.authority.abandon({ ...asked, state: 'failed', message: 'a bug' }),
        loseRun(belay.context, asked.run, 'gone'),
      ]);
      const ended = await belay.doors.run(asked.run);
      await belay.authority.finish({ ...asked, outcome: 'fixed', summary: 'yes' });
      await loseRun(belay.context, asked.run, 'gone');
      expect(await belay.doors.run(asked.run)).toEqual(ended);
      expect((await belay.kinds(asked.run)).filter((kind) => kind === 'run.finished')).toHaveLength(1);
      expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'void' });
      expect((await said(asked.run)).filter((row) => row.payload['key'] === 'end')).toHaveLength(1);
    });

    test('in doubt when something was begun and never recorded, whatever it says of itself', async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      await belay.authority.finish({ ...asked, outcome: 'fixed', summary: 'surely' });
      expect(await belay.doors.run(asked.run)).toMatchObject({ state: 'finished', outcome: 'in-doubt' });
      expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'in-doubt' });
      expect(await belay.kinds(asked.run)).toContain('action.in-doubt');
    });

    test('with its gate done when only a part of it was begun', async () => {
      const of = await belay.startRun();
      const [one, two] = [await belay.preview(of, 1), await belay.preview(of, 2, { args: { revision: 2 } })];
      const gate = await belay.openGate(of, [{ id: 'a', title: 'a', recommended: true, actions: [one.id, two.id] }]);
      await belay.decide({ gate: gate.id, digest: gate.digest }, ANN);
      await belay.authority.lock({ ...of, actions: [one.id, two.id] });
      await belay.grant(one.id);
      await belay.record(one.id, 1, 'failed');
      expect(await belay.doors.gate(gate.id)).toMatchObject({ state: 'executing' });
      await belay.authority.finish({ ...of, outcome: 'not-fixed', summary: 'no' });
      expect(await belay.doors.gate(gate.id)).toMatchObject({ state: 'done' });
    });
  });

  describe('is cancelled', () => {
    test('by whoever may: it is told, its gates are void, and a second cancel changes nothing', async () => {
      const asked = await belay.ask();
      expect(await belay.doors.cancel(asked.run, BOB, 'not now')).toBe('cancelling');
      const entries = await belay.doors.ledger(asked.run);
      expect(await belay.doors.cancel(asked.run, ANN, 'me too')).toBe('cancelling');
      expect(await belay.doors.ledger(asked.run)).toEqual(entries);
      expect(await belay.authority.news(asked)).toMatchObject({ cancelled: true });
      expect(await belay.doors.gate(asked.gate)).toMatchObject({
        state: 'void',
        reason: expect.stringContaining('bob'),
      });
      expect((await outbox(asked.run)).map((row) => row.topic)).toContain('run.wake');
    });

    test('when it is over or unknown, not at all', async () => {
      const asked = await belay.ask();
      await belay.authority.finish({ ...asked, outcome: 'denied', summary: 'no' });
      expect(await belay.doors.cancel(asked.run, BOB, 'late')).toBe('over');
      expect(await belay.doors.cancel('r-zzzzzzzz', BOB, 'who')).toBe('unknown');
    });

    test('at the moment of a grant, 20 times: given before or refused after, and never both ways', async () => {
      for (let at = 0; at < 20; at += 1) {
        const asked = await belay.approved();
        const [answer] = await Promise.all([belay.grant(asked.action), belay.doors.cancel(asked.run, BOB, 'stop')]);
        const kinds = await belay.kinds(asked.run);
        const [cancelled, intended] = [kinds.indexOf('run.note'), kinds.indexOf('action.intended')];
        expect(answer.answer === 'granted').toBe(intended >= 0);
        if (intended >= 0) expect(intended).toBeLessThan(cancelled);
      }
    });
  });

  test('is shown newest first, by state, and with its requester', async () => {
    const asked = await belay.ask({}, REQUESTER);
    expect((await belay.doors.runs({ state: 'waiting' })).map((run) => run.id)).toContain(asked.run);
    expect(await belay.doors.runs({ state: 'waiting', limit: 1 })).toHaveLength(1);
    expect((await belay.doors.runs({ state: 'cancelled' })).map((run) => run.id)).not.toContain(asked.run);
    expect(await belay.doors.run('r-zzzzzzzz')).toBeUndefined();
    expect(await belay.doors.gate('g-zzzzzz')).toBeUndefined();
    expect(await belay.doors.postmortem('r-zzzzzzzz')).toBeUndefined();
  });
});
