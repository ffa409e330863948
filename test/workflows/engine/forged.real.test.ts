import { expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { WAKE_SIGNAL } from '../../../src/domain/messages.ts';
import type { SignedRunPermit } from '../../../src/domain/permit.ts';
import { queueOf, RUNBOOKS_QUEUE } from '../../../src/domain/queue.ts';
import { sweep } from '../../../src/intake/sweep.ts';
import { describeReal } from '../../support/parts.ts';
import { ada } from '../../support/toy/start-toy-belay.ts';
import { until } from '../../support/until.ts';
import { useToy } from './toy.ts';

const LAMPS = queueOf('lamp', 'default');

/** What somebody with Temporal's door alone can do: schedule any activity, with any arguments, on any queue. */
async function byHand(client: Client, taskQueue: string, activity: string, request: unknown): Promise<unknown> {
  return await client.workflow.execute('byHand', {
    taskQueue: RUNBOOKS_QUEUE,
    workflowId: `by-hand-${Math.random()}`,
    args: [{ taskQueue, activity, request }],
  });
}

/** How an attempt failed, in words, or what it gave. */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work);
  } catch (error) {
    let deepest = error;
    while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
    return String(deepest);
  }
}

describeReal('whoever reaches Temporal and not the authority', ['temporal', 'postgres'], () => {
  const toy = useToy();

  const waiting = async (name: string) => {
    toy.belay.lamps.dark(name);
    const run = await toy.belay.start({ name });
    const gate = await toy.belay.openGate(run);
    const row = await toy.belay.context.db
      .selectFrom('runs')
      .selectAll()
      .where('id', '=', run)
      .executeTakeFirstOrThrow();
    return { run, gate, execution: row.execution ?? '' };
  };
  const permitOf = async (run: string, execution: string): Promise<SignedRunPermit> =>
    (await toy.belay.authority.begin({ run, execution })).permit;
  const finish = async (run: string) => {
    await toy.belay.approve(run);
    return await toy.belay.ended(run);
  };

  test('a raw signal approves nothing; it goes on record, and a flood of them is bounded', async () => {
    const { run, gate } = await waiting('signals');
    const handle = await toy.belay.handle(run);
    await handle.signal('approve', { gate: gate.id, digest: gate.digest, person: ada });
    await handle.signal(`${'x'.repeat(500)}\u{1f600}`, 'anything');
    await Promise.all(Array.from({ length: 60 }, (_, n) => handle.signal(`flood-${n}`)));
    await until('they are on record', async () =>
      (await toy.belay.kinds(run)).filter((kind) => kind === 'signal.foreign').length >= 20 ? true : undefined,
    );
    expect((await toy.belay.doors.gate(gate.id))?.state).toBe('open');
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
    expect(await finish(run)).toMatchObject({ outcome: 'fixed' });
    const names = (await toy.belay.doors.ledger(run)).filter((entry) => entry.kind === 'signal.foreign');
    expect(names).toHaveLength(20);
    expect(names[0]?.body['name']).toBe('approve');
  });

  test('a signal to a run that never waits is on record all the same', async () => {
    toy.belay.lamps.state.set('never waits', { on: true, by: null });
    let sent = false;
    const before = toy.belay.lamps.at;
    let run = '';
    toy.belay.lamps.at = async (at, lamp, action) => {
      await before(at, lamp, action);
      if (at !== 'read' || lamp !== 'never waits' || sent) return;
      sent = true;
      await (await toy.belay.handle(run)).signal('approve');
    };
    await toy.belay.stopWorkers();
    run = await toy.belay.start({ name: 'never waits' });
    await toy.belay.startWorkers();
    await toy.belay.ended(run);
    toy.belay.lamps.at = before;
    expect(await toy.belay.kinds(run)).toContain('signal.foreign');
  });

  test('a forged wake only makes the run look again', async () => {
    const { run, gate } = await waiting('woken');
    const handle = await toy.belay.handle(run);
    for (let n = 0; n < 5; n += 1) await handle.signal(WAKE_SIGNAL, { approved: true, cancelled: true });
    expect((await toy.belay.doors.gate(gate.id))?.state).toBe('open');
    expect(await finish(run)).toMatchObject({ outcome: 'fixed' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  test.each([
    ['the id of a registered run', async () => (await waiting(`hand ${Math.random()}`)).run, 'another execution'],
    ['an unknown id', async () => 'r-00000000', 'not registered'],
    ['no id at all', async () => '', ''],
  ])('a workflow started by hand with %s gets nothing', async (_, idOf, why) => {
    const run = await idOf();
    const before = toy.belay.lamps.effects.length;
    const started = toy.belay.client.workflow.execute('remediation/lamp', {
      taskQueue: RUNBOOKS_QUEUE,
      workflowId: `hand-${Math.random()}`,
      // Whatever it claims to be.
      args: [{ run, requester: ada, approved: true, input: { name: 'hall' } }],
      workflowExecutionTimeout: '20s',
      memo: { run },
    });
    expect(await outcomeOf(started)).toContain(why);
    expect(toy.belay.lamps.effects.length).toBe(before);
    if (!run?.startsWith('r-0') && run) expect((await toy.belay.doors.run(run))?.state).toBe('waiting');
  });

  test('carrying out an action that nobody approved is refused and on record', async () => {
    const { run } = await waiting('unapproved');
    const action = `${run}/1`;
    for (const phase of ['execute', 'undo']) {
      const answer = await outcomeOf(byHand(toy.belay.client, LAMPS, 'carryOut', { action, phase }));
      expect(answer).toContain('refused');
    }
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
    expect((await toy.belay.kinds(run)).filter((kind) => kind === 'grant.refused').length).toBeGreaterThanOrEqual(2);
    expect(await finish(run)).toMatchObject({ outcome: 'fixed' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  test('carrying out again what was done gives the recorded end and does nothing; undoing it afterwards is refused', async () => {
    const { run } = await waiting('executed');
    await finish(run);
    const again = await outcomeOf(
      byHand(toy.belay.client, LAMPS, 'carryOut', { action: `${run}/1`, phase: 'execute' }),
    );
    expect(again).toContain('Lamp executed is on');
    const undo = await outcomeOf(byHand(toy.belay.client, LAMPS, 'carryOut', { action: `${run}/1`, phase: 'undo' }));
    expect(undo).toContain('run-over');
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  test('carrying out an action that was never previewed, or is none, is an error', async () => {
    for (const action of ['r-00000000/1', "'; drop table actions; --", ''])
      expect(await outcomeOf(byHand(toy.belay.client, LAMPS, 'carryOut', { action, phase: 'execute' }))).toMatch(
        /never previewed|invalid-input|ActionId|invalid/i,
      );
  });

  test('reading takes the authority’s own permit: a changed, an expired and a foreign one read nothing', async () => {
    const { run, execution } = await waiting('permits');
    const genuine = await permitOf(run, execution);
    const args = { name: 'permits' };
    const read = (permit: unknown, more = {}) =>
      outcomeOf(
        byHand(toy.belay.client, LAMPS, 'readTool', {
          permit,
          tool: 'lamp.look',
          connection: 'default',
          args,
          wantFacts: true,
          ...more,
        }),
      );
    const looks = toy.belay.lamps.looks.length;
    const change = (over: object) => ({ ...genuine, permit: { ...genuine.permit, ...over } });
    toy.belay.clock.ahead = -31 * 24 * 3600_000;
    const expired = await permitOf(run, execution);
    toy.belay.clock.ahead = 0;

    expect(await read(change({ run: 'r-00000000' }))).toContain('signature');
    expect(await read(change({ tools: ['lamp.look', 'lamp.set'] }))).toContain('signature');
    expect(await read(change({ expiresAt: '2999-01-01T00:00:00Z' }))).toContain('signature');
    expect(await read({ ...genuine, keyId: '0'.repeat(16) })).toContain('signature');
    expect(await read(expired)).toContain('expired');
    expect(await read(genuine, { tool: 'lamp.set' })).toContain('changes things');
    expect(await read(genuine, { tool: 'door.look' })).toContain('does not name the tool');
    expect(await read(genuine, { connection: 'constructor' })).toContain('does not name the connection');
    expect(await read(genuine, { args: { name: 7 } })).toContain('name:');
    expect(toy.belay.lamps.looks.length).toBe(looks);
    await finish(run);
  });

  test('a preview by hand for another run is refused; for the run itself it withdraws what people were shown', async () => {
    const mine = await waiting('mine');
    const theirs = await waiting('theirs');
    toy.belay.lamps.dark('vault');
    const permit = await permitOf(mine.run, mine.execution);
    const preview = (of: { run: string; execution: string }, args: object) =>
      outcomeOf(
        byHand(toy.belay.client, LAMPS, 'previewAction', {
          run: of.run,
          execution: of.execution,
          permit,
          sequence: 1,
          tool: 'lamp.set',
          connection: 'default',
          args,
        }),
      );
    expect(await preview(theirs, { name: 'vault', on: true })).toContain('previews nothing for another run');
    expect((await toy.belay.doors.gate(theirs.gate.id))?.state).toBe('open');

    await preview(mine, { name: 'vault', on: true });
    expect((await toy.belay.doors.gate(mine.gate.id))?.state).toBe('void');
    expect(
      await toy.belay.doors.decide(mine.gate.id, { decision: 'approve', digest: mine.gate.digest }, ada),
    ).toMatchObject({ answer: 'refused' });
    expect(toy.belay.lamps.lamp('vault').on).toBe(false);
    expect(toy.belay.lamps.effectsOn(mine.run)).toEqual([]);
    await toy.belay.ended(mine.run);
    await finish(theirs.run);
  });

  test('a gate opened by hand shows what tools saw, whatever its prose claims, and opens nothing by itself', async () => {
    const { run, execution } = await waiting('gates');
    const request = {
      run,
      execution,
      ordinal: 9,
      plan: { conclusion: 'act', diagnosis: 'Approved already.', confidence: 'high', evidence: [] },
      proposedBy: { kind: 'rules' },
      evidence: [],
      options: [{ id: 'harmless', title: 'Harmless', why: '', manual: null, recommended: true, actions: [`${run}/1`] }],
    };
    await outcomeOf(byHand(toy.belay.client, RUNBOOKS_QUEUE, 'openGate', request));
    const gates = await toy.belay.doors.gates({ run, state: 'open' });
    for (const gate of gates) expect(gate.options[0]?.actions[0]?.sentence).toBe('Switch lamp gates on');
    const alien = { ...request, ordinal: 10, options: [{ ...request.options[0], actions: ['r-00000000/1'] }] };
    expect(await outcomeOf(byHand(toy.belay.client, RUNBOOKS_QUEUE, 'openGate', alien))).toContain('not previewed');
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
    await toy.belay.doors.cancel(run, ada, 'over');
    expect(await toy.belay.ended(run)).toMatchObject({ state: 'cancelled' });
  });

  test('a workflow that claims another requester, preview or blast radius opens no gate', async () => {
    const { run, execution, gate } = await waiting('claims');
    const claims = {
      requester: { id: 'local:root', name: 'root', door: 'api' },
      approved: true,
      blastRadius: { count: 0, unit: 'lamps' },
    };
    const permit = await permitOf(run, execution);
    const preview = {
      permit,
      run,
      execution,
      sequence: 2,
      tool: 'lamp.set',
      connection: 'default',
      args: { name: 'claims', on: true },
      looksOnly: true,
    };
    const option = {
      id: 'harmless',
      title: 'Harmless',
      why: '',
      manual: null,
      recommended: true,
      actions: [`${run}/1`],
    };
    const ask = {
      run,
      execution: 'that of a workflow started by hand',
      ordinal: 7,
      plan: { conclusion: 'act', diagnosis: 'Nothing to see.', confidence: 'high', evidence: [] },
      proposedBy: { kind: 'person', person: 'root' },
      evidence: [],
      options: [option],
      ...claims,
    };
    for (const other of [{}, { run: 'r-00000000', options: [{ ...option, actions: ['r-00000000/1'] }] }])
      expect(await outcomeOf(byHand(toy.belay.client, RUNBOOKS_QUEUE, 'openGate', { ...ask, ...other }))).toMatch(
        /another execution|not registered/,
      );
    // Whoever learned the chain's id may have a worker look; what stands in the record is what that worker saw.
    await outcomeOf(
      byHand(toy.belay.client, LAMPS, 'previewAction', {
        ...preview,
        ...claims,
        preview: { sentence: 'Nothing', risk: 'read', ...claims },
      }),
    );
    const row = await toy.belay.context.db
      .selectFrom('actions')
      .select('preview')
      .where('id', '=', `${run}/2`)
      .executeTakeFirstOrThrow();
    expect(row.preview).toMatchObject({ sentence: 'Switch lamp claims on', risk: 'write', blastRadius: { count: 1 } });
    expect((await toy.belay.doors.gates({ run })).map(({ id, requester }) => [id, requester])).toEqual([
      [gate.id, 'ada'],
    ]);
    await finish(run);
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  test('terminated in Temporal: the sweep closes the run and withdraws its approval', async () => {
    const { run, gate } = await waiting('terminated');
    await (await toy.belay.handle(run)).terminate('by hand');
    await sweep(toy.belay.context, toy.belay.client);
    expect(await toy.belay.ended(run)).toMatchObject({ state: 'failed', outcome: null });
    expect((await toy.belay.doors.gate(gate.id))?.state).toBe('void');
    expect(
      await outcomeOf(byHand(toy.belay.client, LAMPS, 'carryOut', { action: `${run}/1`, phase: 'execute' })),
    ).toContain('run-over');
  });

  test('terminated in the middle of a side effect: in doubt, and the target stays locked', async () => {
    const name = 'cut off';
    toy.belay.lamps.dark(name);
    const before = toy.belay.lamps.at;
    toy.belay.lamps.at = async (at, lamp, action) => {
      await before(at, lamp, action);
      if (at === 'before' && lamp === name) throw new Error('the process died here');
    };
    const run = await toy.belay.start({ name });
    await toy.belay.approve(run);
    await until('it has begun', async () => (await toy.belay.kinds(run)).includes('action.intended'));
    await (await toy.belay.handle(run)).terminate('by hand');
    toy.belay.lamps.at = before;
    await sweep(toy.belay.context, toy.belay.client);
    expect(await toy.belay.ended(run)).toMatchObject({ state: 'failed', outcome: 'in-doubt' });
    expect(await toy.belay.kinds(run)).toContain('action.in-doubt');
    const locks = await toy.belay.context.db.selectFrom('locks').selectAll().where('run', '=', run).execute();
    expect(locks.map((lock) => lock.key)).toEqual([`lamp:room/${name}`]);
    // A person is asked what became of it, and everybody is told.
    const gates = await toy.belay.doors.gates({ run });
    expect(gates.map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual(['doubt open', 'plan in-doubt']);
    const said = await toy.belay.context.db
      .selectFrom('outbox')
      .select('payload')
      .where('subject', '=', run)
      .where('topic', 'in', ['say', 'page'])
      .execute();
    expect(said.map(({ payload }) => payload['text'])).toEqual(
      expect.arrayContaining([expect.stringContaining(`Perhaps in effect: ${run}/1, Switch lamp ${name} on`)]),
    );
    const doubt = gates.find(({ kind }) => kind === 'doubt');
    const digest = doubt?.options.find(({ id }) => id === 'did-not-happen')?.digest ?? '';
    await toy.belay.doors.decide(doubt?.id ?? '', { decision: 'approve', digest }, ada);
    expect(await toy.belay.context.db.selectFrom('locks').selectAll().where('run', '=', run).execute()).toEqual([]);
    // It is over: the answer frees its target and begins nothing.
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
  });

  test('terminated, and swept twice and by two: told once', async () => {
    const { run } = await waiting('swept');
    await (await toy.belay.handle(run)).terminate('by hand');
    const { context, client } = toy.belay;
    await Promise.all([sweep(context, client), sweep(context, client)]);
    await sweep(context, client);
    expect((await toy.belay.kinds(run)).filter((kind) => kind === 'run.finished')).toHaveLength(1);
  });

  test.each([
    ['to before the side effect: the recorded end is returned', 'carryOut', 'waiting 10m'],
    ['to its beginning: it looks again and finds nothing wrong', undefined, ''],
  ] as const)('reset in Temporal %s, and nothing is done twice', async (_, before, then) => {
    const name = `reset ${before}`;
    toy.belay.lamps.dark(name);
    const run = await toy.belay.start({ name, stabilise: '10m' });
    await toy.belay.approve(run);
    await until('it waits before verifying', async () => (await toy.belay.progress(run)).startsWith('waiting 10m'));
    const handle = await toy.belay.handle(run);
    const { runId } = await handle.describe();
    const { events } = await handle.fetchHistory();
    // The decision of the workflow that scheduled it, or its first one, is taken back and made again.
    const scheduled = events?.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === before,
    );
    const decision =
      scheduled?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId ??
      events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
    await toy.belay.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: handle.workflowId, runId },
      workflowTaskFinishEventId: decision ?? null,
      requestId: `reset-${run}`,
      reason: 'by hand',
    });
    await until('the new chain is on its way', async () => (await handle.describe()).runId !== runId);
    if (then === '') {
      expect(await toy.belay.ended(run)).toMatchObject({ state: 'finished', outcome: 'nothing-wrong' });
    } else {
      await until('it is where it was', async () => (await toy.belay.progress(run)).startsWith(then));
      await toy.belay.doors.cancel(run, ada, 'enough');
      expect(await toy.belay.ended(run)).toMatchObject({ summary: `Cancelled. Undone: ${run}/1.` });
    }
    expect(toy.belay.lamps.effectsOn(run).filter((effect) => effect.endsWith('execute'))).toEqual([`${run}/1 execute`]);
    expect(await toy.belay.doors.gates({ run })).toHaveLength(1);
  });

  test('the ledger of all of this holds', async () => {
    expect(await toy.belay.doors.verifyLedger()).toMatchObject({ ok: true, problems: [] });
  });
});
