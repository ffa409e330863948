import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { newPrivateKeyPem, signingKeyFrom } from '../../src/authority/keys/signing-key.ts';
import { simpleBundle } from '../../src/authority/bundle/simple-bundle.ts';
import { createDoors } from '../../src/authority/create-doors.ts';
import { directAuthority } from '../../src/authority/create-client.ts';
import { loseRun } from '../../src/authority/runs/lose-run.ts';
import { signedPart } from '../../src/domain/decision.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { optionDigest } from '../../src/domain/gate.ts';
import type { RefusalCode } from '../../src/domain/grant.ts';
import {
  ANN,
  type Asked,
  type AuthorityFixture,
  BOB,
  OBSERVED,
  optionOf,
  previewOf,
  startAuthority,
} from '../support/authority-fixture.ts';
import { LEASE_MS } from '../support/authority-manifest.ts';
import { describeReal } from '../support/parts.ts';
import { decisionSample } from '../support/samples.ts';

describeReal('a grant', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  const effects = async ({ run }: { run: string }) =>
    (await belay.kinds(run)).filter((kind) => ['action.intended', 'action.executed', 'action.undone'].includes(kind));

  /** An approved run with two actions in one option, both locked. */
  async function approvedPair() {
    const of = await belay.startRun();
    const [one, two] = [await belay.preview(of, 1), await belay.preview(of, 2, { args: { revision: 2 } })];
    const gate = await belay.openGate(of, [optionOf('both', [one.id, two.id])]);
    await belay.decide({ gate: gate.id, digest: gate.digest }, ANN);
    await belay.authority.lock({ ...of, actions: [one.id, two.id] });
    return { of, gate: gate.id, one: one.id, two: two.id };
  }

  test('is given once, for what was approved, with a lease, a fence and a key of action id and digest', async () => {
    const asked = await belay.approved();
    const action = (await belay.authority.action({ action: asked.action, phase: 'execute' })).action;
    expect(await belay.grant(asked.action)).toEqual({
      answer: 'granted',
      leaseMs: LEASE_MS,
      fence: 1,
      idempotencyKey: `${asked.action}@${action.digest}`,
    });
    expect(await belay.grant(asked.action)).toEqual({ answer: 'wait', run: asked.run, retryAfterMs: LEASE_MS });
    expect(await effects(asked)).toEqual(['action.intended']);
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'executing' });
  });

  test('asked for ten times at once is given to one', async () => {
    for (let at = 0; at < 5; at += 1) {
      const asked = await belay.approved();
      const answers = await Promise.all(Array.from({ length: 10 }, () => belay.grant(asked.action)));
      expect(answers.map((one) => one.answer).toSorted()).toEqual([
        'granted',
        ...Array.from({ length: 9 }, () => 'wait'),
      ]);
      expect(await effects(asked)).toEqual(['action.intended']);
    }
  });

  describe('is refused, on the record and without an intent,', () => {
    type Story = () => Promise<{ asked: Asked; answer: Awaited<ReturnType<AuthorityFixture['grant']>> }>;
    const after = async (asked: Asked, grant = () => belay.grant(asked.action)) => ({ asked, answer: await grant() });
    const stories: [string, RefusalCode, Story][] = [
      [
        'while nobody decided',
        'not-approved',
        async () => {
          const asked = await belay.ask();
          await belay.authority.lock({ ...asked, actions: [asked.action] });
          return after(asked);
        },
      ],
      [
        'once it was denied',
        'not-approved',
        async () => {
          const asked = await belay.ask();
          await belay.decide(asked, ANN, 'deny');
          await belay.authority.lock({ ...asked, actions: [asked.action] });
          return after(asked);
        },
      ],
      [
        'for something else than was approved: the preview was replaced, which voids the gate',
        'not-approved',
        async () => {
          const asked = await belay.approved();
          await belay.preview(asked, 1, { args: { revision: 1 } });
          expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'void' });
          return after(asked);
        },
      ],
      [
        'when the run withdrew its gate',
        'not-approved',
        async () => {
          const asked = await belay.approved();
          expect(await belay.authority.voidGate({ ...asked, reason: 'resolved' })).toEqual({ state: 'void' });
          return after(asked);
        },
      ],
      [
        'when the target is not as people saw it',
        'drifted',
        async () => {
          const asked = await belay.approved();
          return after(asked, () => belay.grant(asked.action, 'execute', { observed: { revision: 9 } }));
        },
      ],
      [
        'when a field more is observed than was shown',
        'drifted',
        async () => {
          const asked = await belay.approved();
          return after(asked, () => belay.grant(asked.action, 'execute', { observed: { ...OBSERVED, paused: true } }));
        },
      ],
      [
        'when the tool is another version',
        'digest-mismatch',
        async () => {
          const asked = await belay.approved();
          return after(asked, () => belay.grant(asked.action, 'execute', { toolSchemaHash: digestOf('v2') }));
        },
      ],
      [
        'without the lock',
        'no-lock',
        async () => {
          const asked = await belay.approved();
          await belay.authority.unlock(asked);
          return after(asked);
        },
      ],
      [
        'while another run holds the target',
        'no-lock',
        async () => {
          const key = 'kubernetes:u1/shared';
          const target = { ...previewOf('x').target, key };
          const holder = await belay.startRun();
          const { id } = await belay.preview(holder, 1, { target });
          await belay.authority.lock({ ...holder, actions: [id] });
          const of = await belay.startRun();
          const mine = await belay.preview(of, 1, { target: { ...target, key: `${key}/deployments/a` } });
          const gate = await belay.openGate(of, [optionOf('rollback', [mine.id])]);
          const asked = { ...of, action: mine.id, gate: gate.id, digest: gate.digest };
          await belay.decide(asked, ANN);
          expect(await belay.authority.lock({ ...of, actions: [mine.id] })).toEqual({ held: false, by: holder.run });
          return after(asked);
        },
      ],
      [
        'with the lock of a part of the target only',
        'no-lock',
        async () => {
          const of = await belay.startRun();
          const target = previewOf(belay.workloadOf(of.run)).target;
          const part = await belay.preview(of, 1, { target: { ...target, key: `${target.key}/pods/p` } });
          const whole = await belay.preview(of, 2, { args: { all: true } });
          const gate = await belay.openGate(of, [optionOf('rollback', [whole.id])]);
          const asked = { ...of, action: whole.id, gate: gate.id, digest: gate.digest };
          await belay.decide(asked, ANN);
          await belay.authority.lock({ ...of, actions: [part.id] });
          return after(asked);
        },
      ],
      [
        'once the run was cancelled',
        'run-over',
        async () => {
          const asked = await belay.approved();
          await belay.doors.cancel(asked.run, BOB, 'no');
          return after(asked);
        },
      ],
      [
        'once the run is over',
        'run-over',
        async () => {
          const asked = await belay.approved();
          await belay.authority.finish({ ...asked, outcome: 'inconclusive', summary: 'gave up' });
          return after(asked);
        },
      ],
    ];
    test.each(stories)('%s', async (_, code, story) => {
      const { asked, answer } = await story();
      expect(answer).toMatchObject({ answer: 'refused', code });
      expect(await effects(asked)).toEqual([]);
      const refusals = (await belay.doors.ledger(asked.run)).filter((entry) => entry.kind === 'grant.refused');
      expect(refusals.map((entry) => entry.body['code'])).toEqual([code]);
    });

    test.each([
      ['a run that nobody registered', 'r-zzzzzzzz/1'],
      ['an action that nobody previewed', undefined],
    ])('of %s: there is nothing to write it on', async (_, id) => {
      const action = id ?? `${(await belay.startRun()).run}/7`;
      expect(await belay.grant(action)).toMatchObject({ answer: 'refused', code: 'unknown-action' });
      await expect(belay.authority.action({ action, phase: 'execute' })).rejects.toMatchObject({
        type: 'stop.not-found',
      });
    });

    test.each([{ mode: 'observe' as const }, { dryRun: true }])('to a run that only looks: %j', async (changes) => {
      const of = await belay.startRun(changes);
      const { id } = await belay.preview(of);
      const plan = { conclusion: 'act' as const, diagnosis: 'x', confidence: 'low' as const, evidence: [] };
      const proposal = { plan, proposedBy: { kind: 'rules' as const }, evidence: [], options: [optionOf('a', [id])] };
      const answer = await belay.authority.openGate({ ...of, ordinal: 1, ...proposal });
      expect(answer).toMatchObject({ answer: 'observed', message: expect.stringContaining('Nothing was changed') });
      expect(await belay.doors.gates({ run: of.run })).toEqual([]);
      await belay.authority.lock({ ...of, actions: [id] });
      expect(await belay.grant(id)).toMatchObject({ code: 'dry-run' });
    });

    test('of the second action of an option before the first is done, and after the first failed', async () => {
      const { one, two } = await approvedPair();
      expect(await belay.grant(two)).toMatchObject({ code: 'not-approved', message: expect.stringContaining(one) });
      await belay.grant(one);
      expect(await belay.grant(two)).toMatchObject({ code: 'not-approved' });
      await belay.record(one, 1, 'failed');
      expect(await belay.grant(two)).toMatchObject({ code: 'not-approved' });
    });

    test('of whatever follows an action in doubt', async () => {
      const { gate, one, two } = await approvedPair();
      await belay.grant(one);
      await belay.record(one, 1, 'in-doubt');
      expect(await belay.doors.gate(gate)).toMatchObject({ state: 'in-doubt' });
      expect(await belay.grant(two)).toMatchObject({ code: 'not-approved' });
      expect(await belay.grant(one)).toMatchObject({ code: 'in-doubt' });
    });
  });

  test('under a target that drifted is void for good: what comes back later was not asked about again', async () => {
    const asked = await belay.approved();
    await belay.grant(asked.action, 'execute', { observed: { revision: 9 } });
    expect(await belay.doors.gate(asked.gate)).toMatchObject({
      state: 'void',
      reason: expect.stringContaining('changed'),
    });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
  });

  test('of the actions of an option is given in their order', async () => {
    const { gate, one, two } = await approvedPair();
    expect(await belay.grant(one)).toMatchObject({ answer: 'granted' });
    await belay.record(one, 1);
    expect(await belay.doors.gate(gate)).toMatchObject({ state: 'executing' });
    expect(await belay.grant(two)).toMatchObject({ answer: 'granted' });
    await belay.record(two, 1);
    expect(await belay.doors.gate(gate)).toMatchObject({ state: 'done' });
  });

  test('of the same action again finds its end, and an action that has begun keeps its first preview', async () => {
    const asked = await belay.approved();
    const { digest } = (await belay.authority.action({ action: asked.action, phase: 'execute' })).action;
    await belay.grant(asked.action);
    expect(await belay.preview(asked, 1, { args: { revision: 1 } })).toEqual({ id: asked.action, digest });
    await belay.record(asked.action, 1);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'done', outcome: { status: 'done' } });
    expect(await belay.grant(asked.action, 'execute', { observed: { revision: 5 } })).toMatchObject({ answer: 'done' });
    expect(await effects(asked)).toEqual(['action.intended', 'action.executed']);
  });

  test('for a preview that leaves out what has a default is the grant of what is stored', async () => {
    const of = await belay.startRun();
    const { tags: _, ...target } = previewOf(belay.workloadOf(of.run)).target;
    const { id } = await belay.authority.preview({
      ...of,
      sequence: 1,
      preview: { ...previewOf(belay.workloadOf(of.run)), target },
    });
    const gate = await belay.openGate(of, [optionOf('a', [id])]);
    await belay.decide({ gate: gate.id, digest: gate.digest }, ANN);
    await belay.authority.lock({ ...of, actions: [id] });
    expect(await belay.grant(id)).toMatchObject({ answer: 'granted' });
  });

  describe('whose lease is over', () => {
    test('is asked about anew: look first, with a higher fence; the old fence records nothing any more', async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      belay.forward(LEASE_MS - 1);
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'wait', retryAfterMs: 1 });
      belay.forward(1);
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'reconcile', fence: 2, leaseMs: LEASE_MS });
      expect(await belay.record(asked.action, 1)).toEqual({ recorded: false, outcome: null });
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'wait' });
      expect(await belay.record(asked.action, 2)).toMatchObject({ recorded: true });
      expect(await belay.kinds(asked.run)).toEqual(expect.arrayContaining(['action.reconciling', 'action.executed']));
    });

    test('may be repeated only where it would be granted now: not once a person cancelled', async () => {
      const kept = await belay.approved();
      await belay.grant(kept.action);
      const cancelled = await belay.approved();
      await belay.grant(cancelled.action);
      await belay.doors.cancel(cancelled.run, ANN, 'stop');
      belay.forward(LEASE_MS);
      expect(await belay.grant(kept.action)).toMatchObject({ answer: 'reconcile', mayRepeat: true });
      expect(await belay.grant(cancelled.action)).toMatchObject({ answer: 'reconcile', mayRepeat: false });
    });

    test('proves no approval: a row that somebody put into the journal lets nobody act', async () => {
      const of = await belay.startRun();
      const { id, digest } = await belay.preview(of, 1);
      const long = new Date('2001-01-01T00:00:00Z');
      const forged = {
        action: id,
        phase: 'execute' as const,
        run: of.run,
        digest,
        fence: 1,
        status: 'running' as const,
      };
      await belay.db
        .insertInto('intents')
        .values({ ...forged, lease_until: long, started_at: long, outcome: null, ended_at: null })
        .execute();
      expect(await belay.grant(id)).toMatchObject({ answer: 'reconcile', mayRepeat: false });
    });

    test('is judged anew for who looked and found nothing done: what was halted meanwhile is not repeated', async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      belay.forward(LEASE_MS);
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'reconcile', mayRepeat: true, fence: 2 });
      const looked = (fence: number) =>
        belay.authority.grant({
          action: asked.action,
          phase: 'execute',
          toolSchemaHash: digestOf('kubernetes.rollout_undo'),
          observed: OBSERVED,
          looked: fence,
        });
      await belay.doors.cancel(asked.run, ANN, 'stop');
      expect(await looked(1)).toMatchObject({ answer: 'wait' });
      expect(await looked(2)).toMatchObject({ answer: 'reconcile', mayRepeat: false, fence: 3 });
      expect(await belay.record(asked.action, 2)).toEqual({ recorded: false, outcome: null });
    });

    test('is still the one that records, as long as nobody asked anew', async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      belay.forward(LEASE_MS * 3);
      expect(await belay.record(asked.action, 1)).toMatchObject({ recorded: true });
    });
  });

  describe('and its outcome', () => {
    test('is recorded once: what comes later learns what is recorded', async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      const [one, two] = await Promise.all([belay.record(asked.action, 1), belay.record(asked.action, 1, 'failed')]);
      expect([one.recorded, two.recorded].filter(Boolean)).toHaveLength(1);
      expect(one.outcome).toEqual(two.outcome);
      expect(await belay.record(asked.action, 1, 'failed')).toEqual({ recorded: false, outcome: one.outcome });
      expect((await effects(asked)).filter((kind) => kind !== 'action.intended').length).toBeLessThanOrEqual(1);
    });

    test.each([
      ['an action without a grant', 0],
      ['a fence from the future', 2],
    ])('of %s is not taken', async (_, fence) => {
      const asked = await belay.approved();
      if (fence > 0) await belay.grant(asked.action);
      expect(await belay.record(asked.action, fence || 1)).toEqual({ recorded: false, outcome: null });
      expect((await effects(asked)).includes('action.executed')).toBe(false);
    });

    test.each([
      ['of another phase', () => 'undo' as const],
      ['of a run that nobody registered', () => 'execute' as const],
    ])('%s is not taken', async (what, phase) => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      const action = what.includes('another') ? asked.action : 'r-zzzzzzzz/1';
      expect(await belay.record(action, 1, 'done', phase())).toEqual({ recorded: false, outcome: null });
    });

    test('that nobody heard leaves the action in doubt when the run is lost; whoever holds the fence may still tell', async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      await loseRun(belay.context, asked.run, 'Terminated in Temporal.');
      expect(await belay.doors.run(asked.run)).toMatchObject({ state: 'failed', outcome: 'in-doubt' });
      expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'in-doubt' });
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'in-doubt' });
      const locks = () => belay.db.selectFrom('locks').selectAll().where('run', '=', asked.run).execute();
      expect(await locks()).toHaveLength(1);
      expect(await belay.record(asked.action, 1)).toMatchObject({ recorded: true });
      expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'done' });
      expect(await locks()).toHaveLength(0);
    });
  });

  describe('to undo', () => {
    const executed = async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      await belay.record(asked.action, 1);
      return asked;
    };

    const verdict = (asked: Asked, said: 'failed' | 'healthy' | 'inconclusive') =>
      belay.authority.verified({ ...asked, verdict: said, checks: [], final: true });
    const undoing = (asked: Asked, why: 'verdict' | 'stopped' | 'cancelled', actions = [asked.action]) =>
      belay.authority.undoing({ ...asked, why, actions });

    test('what was done is given, once, under a key of its own', async () => {
      const asked = await executed();
      await verdict(asked, 'failed');
      const answer = await belay.grant(asked.action, 'undo', { observed: { stillOurs: true } });
      expect(answer).toMatchObject({ answer: 'granted', idempotencyKey: expect.stringMatching(/\/undo$/) });
      expect(await belay.grant(asked.action, 'undo')).toMatchObject({ answer: 'wait' });
      expect(await belay.record(asked.action, 1, 'done', 'undo')).toMatchObject({ recorded: true });
      expect(await belay.grant(asked.action, 'undo')).toMatchObject({ answer: 'done' });
      expect(await effects(asked)).toEqual(['action.intended', 'action.executed', 'action.intended', 'action.undone']);
    });

    test('is given to a run that was cancelled: that is what cancelling asks for', async () => {
      const asked = await executed();
      await belay.doors.cancel(asked.run, ANN, 'stop');
      expect(await belay.grant(asked.action, 'undo')).toMatchObject({ answer: 'granted' });
    });

    describe('needs a reason that the authority itself knows', () => {
      test.each(['healthy', 'inconclusive'] as const)(
        'a run that is %s loses nothing, whoever schedules its undo and whatever the run says of itself',
        async (said) => {
          const asked = await executed();
          expect(await belay.grant(asked.action, 'undo')).toMatchObject({ answer: 'refused', code: 'undo-unasked' });
          await verdict(asked, said);
          for (const why of ['verdict', 'stopped', 'cancelled'] as const) {
            await undoing(asked, why);
            expect(await belay.grant(asked.action, 'undo')).toMatchObject({ answer: 'refused', code: 'undo-unasked' });
          }
          expect(await effects(asked)).toEqual(['action.intended', 'action.executed']);
        },
      );

      test('a run that was stopped before anybody verified it takes back what it announced, and nothing else', async () => {
        const [stopped, other] = [await executed(), await executed()];
        await undoing(stopped, 'cancelled');
        expect(await belay.grant(stopped.action, 'undo')).toMatchObject({ answer: 'granted' });
        expect(await belay.grant(other.action, 'undo')).toMatchObject({ code: 'undo-unasked' });
      });

      test.each(['failed', 'in-doubt'] as const)('what came after it is %s', async (status) => {
        const { one, two } = await approvedPair();
        await belay.grant(one);
        await belay.record(one, 1);
        await belay.grant(two);
        expect(await belay.grant(one, 'undo')).toMatchObject({ code: 'undo-unasked' });
        await belay.record(two, 1, status);
        expect(await belay.grant(one, 'undo')).toMatchObject({ answer: 'granted' });
      });

      test('what came after it was refused or never begun, and the run says that it stops', async () => {
        const { of, one, two } = await approvedPair();
        await belay.grant(one);
        await belay.record(one, 1);
        await belay.grant(two, 'execute', { observed: { revision: 9 } });
        expect(await belay.grant(one, 'undo')).toMatchObject({ code: 'undo-unasked' });
        await belay.authority.undoing({ ...of, why: 'stopped', actions: [one] });
        expect(await belay.grant(one, 'undo')).toMatchObject({ answer: 'granted' });
      });

      test('of several the last is taken back first', async () => {
        const { of, one, two } = await approvedPair();
        for (const action of [one, two]) {
          await belay.grant(action);
          await belay.record(action, 1);
        }
        await belay.authority.verified({ ...of, verdict: 'failed', checks: [], final: true });
        expect(await belay.grant(one, 'undo')).toMatchObject({
          code: 'undo-unasked',
          message: expect.stringContaining(two),
        });
        await belay.grant(two, 'undo');
        expect(await belay.grant(one, 'undo')).toMatchObject({ code: 'undo-unasked' });
        await belay.record(two, 1, 'done', 'undo');
        expect(await belay.grant(one, 'undo')).toMatchObject({ answer: 'granted' });
      });
    });

    test('knows what the execution left behind', async () => {
      const asked = await executed();
      expect(await belay.authority.action({ action: asked.action, phase: 'undo' })).toMatchObject({
        action: { preState: { revision: 4 } },
        postState: { revision: 5 },
      });
    });

    test.each([
      ['nothing was begun', undefined, 'not-approved'],
      ['it failed', 'failed', 'undo-without-effect'],
      ['it is in doubt', 'in-doubt', 'undo-without-effect'],
    ] as const)('is refused when %s', async (_, status, code) => {
      const asked = await belay.approved();
      if (status) {
        await belay.grant(asked.action);
        await belay.record(asked.action, 1, status);
      }
      expect(await belay.grant(asked.action, 'undo')).toMatchObject({ answer: 'refused', code });
    });

    test('is refused while it is being done, without the lock, and when the run is over', async () => {
      const asked = await belay.approved();
      await belay.grant(asked.action);
      expect(await belay.grant(asked.action, 'undo')).toMatchObject({ code: 'undo-without-effect' });
      await belay.record(asked.action, 1);
      await verdict(asked, 'failed');
      await belay.authority.unlock(asked);
      expect(await belay.grant(asked.action, 'undo')).toMatchObject({ code: 'no-lock' });
      await belay.authority.finish({ ...asked, outcome: 'fixed', summary: 'done' });
      expect(await belay.grant(asked.action, 'undo')).toMatchObject({ code: 'run-over' });
    });
  });

  describe('against somebody who writes to the database', () => {
    const setRecord = async ({ gate }: Asked, path: string, value: unknown) =>
      sql`update decisions set record = jsonb_set(record, ${`{${path}}`}::text[], ${JSON.stringify(value)}::jsonb)
          where gate = ${gate}`.execute(belay.db);

    test.each([
      ['decision', 'approve'],
      ['person,id', 'local:eve'],
      ['gate', 'g-zzzzzz'],
      ['digest', digestOf('other')],
      ['at', '2020-01-01T00:00:00.000Z'],
      ['reason', 'because'],
      ['signature', Buffer.alloc(64).toString('base64url')],
      ['signature', ''],
      ['keyId', '0123456789abcdef'],
    ])('an edited decision (%s) opens nothing', async (path, value) => {
      const asked = await belay.ask();
      // "approve" is the edit of a denial; everything else is the edit of an approval.
      await belay.decide(asked, ANN, path === 'decision' ? 'deny' : 'approve');
      await belay.authority.lock({ ...asked, actions: [asked.action] });
      await setRecord(asked, path, value);
      await sql`update gates set state = 'approved', chosen = 'rollback' where id = ${asked.gate}`.execute(belay.db);
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'bad-signature' });
    });

    test('a decision signed by another key opens nothing', async () => {
      const asked = await belay.ask();
      const other = signingKeyFrom(newPrivateKeyPem());
      const said = { gate: asked.gate, run: asked.run, digest: asked.digest, keyId: other.keyId };
      const unsigned = decisionSample('ann', { ...said, standing: { ...decisionSample(ANN.id).standing } });
      const record = { ...unsigned, signature: other.sign(signedPart(unsigned)) };
      await belay.db
        .insertInto('decisions')
        .values({ gate: asked.gate, person: ANN.id, record: JSON.stringify(record) })
        .execute();
      await sql`update gates set state = 'approved', chosen = 'rollback' where id = ${asked.gate}`.execute(belay.db);
      await belay.authority.lock({ ...asked, actions: [asked.action] });
      expect(await belay.grant(asked.action)).toMatchObject({ code: 'bad-signature' });
    });

    test('the signed approval of another gate, copied, opens nothing', async () => {
      const [approved, asked] = [await belay.approved(), await belay.ask()];
      await sql`insert into decisions (gate, person, record)
                select ${asked.gate}, person, record from decisions where gate = ${approved.gate}`.execute(belay.db);
      await sql`update gates set state = 'approved', chosen = 'rollback' where id = ${asked.gate}`.execute(belay.db);
      await belay.authority.lock({ ...asked, actions: [asked.action] });
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'record-broken' });
    });

    test('a gate set to approved, and a requirement that asks for nobody, open nothing', async () => {
      const asked = await belay.ask();
      await sql`update gates set state = 'approved', chosen = 'rollback',
                requirement = jsonb_set(requirement, '{needs}', '[]') where id = ${asked.gate}`.execute(belay.db);
      await belay.authority.lock({ ...asked, actions: [asked.action] });
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
    });

    test('an approved option with another action put into it opens nothing', async () => {
      const asked = await belay.approved();
      const other = await belay.preview(asked, 2, { args: { revision: 1 } });
      await sql`update gates set options = jsonb_set(jsonb_set(options, '{0,actions,0,id}', ${JSON.stringify(other.id)}::jsonb),
                '{0,actions,0,digest}', ${JSON.stringify(other.digest)}::jsonb) where id = ${asked.gate}`.execute(
        belay.db,
      );
      expect(await belay.grant(other.id)).toMatchObject({ answer: 'refused', code: 'digest-mismatch' });
      // And with a digest to match, nobody signed it.
      const digest = optionDigest({
        id: 'rollback',
        manual: null,
        actions: [{ digest: other.digest, undo: 'Roll forward to revision 4' }],
      });
      await sql`update gates set options = jsonb_set(options, '{0,digest}', ${JSON.stringify(digest)}::jsonb)
                where id = ${asked.gate}`.execute(belay.db);
      expect(await belay.grant(other.id)).toMatchObject({ answer: 'refused', code: 'not-approved' });
    });

    test('an approved action id with another action behind it, digest and all, opens nothing', async () => {
      const [asked, other] = [await belay.approved(), await belay.ask()];
      await sql`update actions set (preview, digest) = (select preview, digest from actions where id = ${other.action})
                where id = ${asked.action}`.execute(belay.db);
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
    });

    test('an approved action with other arguments under its digest is not carried out', async () => {
      const asked = await belay.approved();
      await sql`update actions set preview = jsonb_set(preview, '{args,revision}', '1') where id = ${asked.action}`.execute(
        belay.db,
      );
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'record-broken' });
    });

    test.each([
      ['{preState}', { revision: 1 }],
      ['{blastRadius,count}', 1],
      ['{undo}', 'Delete it'],
    ])('a preview whose %s was changed since it came in begins nothing and takes nothing back', async (path, value) => {
      const [waiting, done] = [await belay.approved(), await belay.approved()];
      await belay.grant(done.action);
      await belay.record(done.action, 1);
      await belay.doors.cancel(done.run, ANN, 'stop');
      for (const { action } of [waiting, done])
        await sql`update actions set preview = jsonb_set(preview, ${path}::text[], ${JSON.stringify(value)}::jsonb)
                  where id = ${action}`.execute(belay.db);
      expect(await belay.grant(waiting.action)).toMatchObject({ answer: 'refused', code: 'record-broken' });
      expect(await belay.grant(done.action, 'undo')).toMatchObject({ answer: 'refused', code: 'record-broken' });
    });

    test.each([
      ['voided', (asked: Asked) => belay.authority.voidGate({ ...asked, reason: 'no more' })],
      ['denied', (asked: Asked) => belay.decide(asked, ANN, 'deny')],
    ])('a gate that was %s and is set to approved again opens nothing', async (_, end) => {
      const asked = await belay.ask();
      await end(asked);
      await belay.authority.lock({ ...asked, actions: [asked.action] });
      await sql`update gates set state = 'approved', chosen = 'rollback', reason = null where id = ${asked.gate}`.execute(
        belay.db,
      );
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
      expect(await effects(asked)).toEqual([]);
    });

    test('a denial that is taken out of the table leaves a number behind', async () => {
      const asked = await belay.ask();
      await belay.decide(asked, BOB, 'deny');
      await sql`delete from decisions where gate = ${asked.gate}`.execute(belay.db);
      await sql`update gates set state = 'approved', chosen = 'rollback' where id = ${asked.gate}`.execute(belay.db);
      await belay.authority.lock({ ...asked, actions: [asked.action] });
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'record-broken' });
    });
  });

  test('comes too late when the approval waited longer than policy lets one wait, and then it is void', async () => {
    const [used, late] = [await belay.approved(), await belay.approved()];
    const { validForMs } = (await belay.doors.gate(used.gate))?.requirement ?? { validForMs: 0 };
    belay.forward(validForMs);
    expect(await belay.grant(used.action)).toMatchObject({ answer: 'granted' });
    belay.forward(1);
    expect(await belay.grant(late.action)).toMatchObject({ answer: 'refused', code: 'approval-expired' });
    expect(await belay.doors.gate(late.gate)).toMatchObject({
      state: 'void',
      reason: expect.stringContaining('not used in time'),
    });
    expect(await effects(late)).toEqual([]);
  });

  test('of what began in time is not too late for the rest of its option', async () => {
    const { one, two } = await approvedPair();
    await belay.grant(one);
    await belay.record(one, 1);
    belay.forward(8 * 3_600_000);
    expect(await belay.grant(two)).toMatchObject({ answer: 'granted' });
  });

  test('needs what the policy of now asks for: who is off the list does not count any more', async () => {
    const asked = await belay.approved();
    const bundle = simpleBundle({ approvers: [BOB.id], solo: false });
    const context = { ...belay.context, bundle: () => bundle };
    const grant = () =>
      directAuthority(context).grant({
        action: asked.action,
        phase: 'execute',
        toolSchemaHash: digestOf('kubernetes.rollout_undo'),
        observed: OBSERVED,
      });
    expect(await grant()).toMatchObject({ answer: 'refused', code: 'revoked' });
    // And the list of then still holds: Bob was on both, so his word would do, had he been asked.
    expect(await createDoors(context).gate(asked.gate)).toMatchObject({ state: 'approved' });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'granted' });
  });
});
