import * as fc from 'fast-check';
import { bindRun } from '../../src/authority/runs/bind.ts';
import { loseRun } from '../../src/authority/runs/lose-run.ts';
import type { Phase } from '../../src/domain/action.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { actionIdOf } from '../../src/domain/ids.ts';
import { ANN, type AuthorityFixture, BOB, OBSERVED, person, previewOf, REQUESTER } from './authority-fixture.ts';
import { LEASE_MS } from './authority-manifest.ts';

const PEOPLE = { ann: ANN, bob: BOB, requester: REQUESTER, stranger: person('stranger') };
const HOUR = 3_600_000;

/** How one attempt of a worker goes: well, refused by the system, or dead before or after the effect. */
const FATES = ['done', 'done', 'failed', 'in-doubt', 'dies-before', 'dies-after'] as const;

// Mostly about one run, so that what happens there goes deep; the other wants the same target.
const which = { run: fc.constantFrom<0 | 1>(0, 0, 0, 1), seq: fc.integer({ min: 1, max: 2 }) };
const phase = fc.constantFrom<Phase>('execute', 'execute', 'undo');

/** Something that happens: by a person, a run, a worker, the monitoring, or time. */
const single = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('preview' as const), ...which, revision: fc.nat({ max: 1 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), run: which.run }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      run: which.run,
      who: fc.constantFrom('ann' as const, 'ann' as const, 'bob' as const, 'requester' as const, 'stranger' as const),
      what: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'deny' as const),
      option: fc.nat({ max: 2 }),
      stale: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('lock' as const), run: which.run }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unlock' as const), run: which.run }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('work' as const),
      ...which,
      phase,
      fate: fc.constantFrom(...FATES),
      drifted: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('late' as const), ...which, phase }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(1000, LEASE_MS, 200 * HOUR) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), run: which.run, due: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('void' as const), run: which.run }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resolve' as const), run: which.run }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fire' as const), run: which.run }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), run: which.run }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      run: which.run,
      how: fc.constantFrom('finish' as const, 'abandon' as const, 'lose' as const),
    }),
  },
);
type Step = typeof single extends fc.Arbitrary<infer T> ? T : never;

/** The way it should go, so that stories get far enough for something to go wrong, with what goes wrong somewhere on it. */
const goodWay = fc
  .record({
    option: fc.constantFrom(0, 1, 2, 2),
    fate: fc.constantFrom(...FATES),
    length: fc.integer({ min: 3, max: 7 }),
    twist: fc.constantFrom<Step>(
      { do: 'cancel', run: 0 },
      { do: 'void', run: 0 },
      { do: 'preview', run: 0, seq: 1, revision: 1 },
      { do: 'time', ms: LEASE_MS },
      { do: 'unlock', run: 0 },
    ),
    twistAt: fc.nat({ max: 14 }),
  })
  .map(({ option, fate, length, twist, twistAt }) => {
    const [first, second] = option === 1 ? [2, 1] : [1, 2];
    const steps: Step[] = [
      { do: 'preview', run: 0, seq: 1, revision: 0 },
      { do: 'preview', run: 0, seq: 2, revision: 0 },
      { do: 'ask', run: 0 },
      { do: 'decide', run: 0, who: 'ann', what: 'approve', option, stale: false },
      { do: 'lock', run: 0 },
      { do: 'work', run: 0, seq: first, phase: 'execute', fate, drifted: false },
      { do: 'work', run: 0, seq: second, phase: 'execute', fate: 'done', drifted: false },
    ];
    return steps
      .slice(0, length)
      .toSpliced(twistAt, 0, ...(twistAt < length ? [twist] : []))
      .map((step) => [step]);
  });

/** What happens, in order; what stands in one list happens at the same time. It begins with some of the good way. */
export const stories = fc
  .tuple(goodWay, fc.array(fc.array(single, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 15 }))
  .map(([way, rest]) => [...way, ...rest]);

/** A side effect that really happened, as the world saw it. */
export interface Effect {
  readonly action: string;
  readonly phase: Phase;
  readonly digest: string;
}

/** A gate as it was shown: what each option's digest stood for. */
export interface Shown {
  readonly gate: string;
  readonly run: string;
  readonly options: readonly { id: string; digest: string; actions: readonly { id: string; digest: string }[] }[];
}

/** Lets a story happen to two runs that want the same target. Nothing here judges; what it gives is judged by the test. */
export async function tell(belay: AuthorityFixture, name: string, story: readonly (readonly Step[])[]) {
  const { doors, authority } = belay;
  const effects: Effect[] = [];
  const shown: Shown[] = [];
  const stale: { gate: string; digest: string }[][] = [[], []];
  const ordinals = [0, 0];
  /** Fences whose worker died or was slow: it may still come back. */
  const asleep: { action: string; phase: Phase; fence: number }[] = [];
  let fired = 0;

  const alertOf = (run: number, status: Alert['status'], startsAt: string): Alert => ({
    source: 'alertmanager',
    fingerprint: `${name}-${run}`,
    group: `${name}-${run}`,
    status,
    labels: { namespace: 'shop', deployment: name },
    annotations: {},
    startsAt,
    endsAt: null,
    generatorUrl: null,
  });
  const startsAt = () => new Date(1_700_000_000_000 + fired * 1000).toISOString();
  const route = { runbook: 'remediation/bad-deploy', mode: 'propose' as const, input: {} };
  const begin = async (run: number) => {
    const [receipt] = await doors.receiveAlerts([{ alert: alertOf(run, 'firing', startsAt()), route }]);
    const of = { run: receipt?.runId ?? '', execution: `chain-${name}-${run}` };
    await bindRun(belay.context, of.run, of.execution);
    await authority.begin(of);
    return of;
  };
  const runs = [await begin(0), await begin(1)] as const;
  const refOf = (run: number) => (run === 0 ? runs[0] : runs[1]);
  const lastGate = (run: number) => shown.findLast((one) => one.run === refOf(run).run);

  async function work({ run, seq, phase: way, fate, drifted }: Extract<Step, { do: 'work' }>): Promise<void> {
    const action = actionIdOf(refOf(run).run, seq);
    const observed = drifted ? { revision: 9 } : OBSERVED;
    const answer = await authority.grant({
      action,
      phase: way,
      toolSchemaHash: digestOf('kubernetes.rollout_undo'),
      observed,
    });
    if (answer.answer !== 'granted' && answer.answer !== 'reconcile') return;
    const { digest } = (await authority.action({ action, phase: way })).action;
    const { fence } = answer;
    const happened = effects.some((effect) => effect.action === action && effect.phase === way);
    const dies = fate === 'dies-before' || fate === 'dies-after';
    if (dies) asleep.push({ action, phase: way, fence });
    if (happened && !dies) await belay.record(action, fence, 'done', way);
    if (happened || fate === 'dies-before') return;
    if (fate === 'done' || fate === 'dies-after') effects.push({ action, phase: way, digest });
    if (fate !== 'dies-after') await belay.record(action, fence, fate, way);
  }

  async function step(one: Step): Promise<unknown> {
    switch (one.do) {
      case 'preview': {
        const { target } = previewOf(name);
        const preview = previewOf(name, { target, args: { seq: one.seq, revision: one.revision } });
        return authority.preview({ ...refOf(one.run), sequence: one.seq, preview });
      }
      case 'ask': {
        const of = refOf(one.run);
        const ids = [actionIdOf(of.run, 1), actionIdOf(of.run, 2)];
        const there = await belay.db.selectFrom('actions').select('id').where('id', 'in', ids).orderBy('id').execute();
        const [first, second] = there.map((row) => row.id);
        if (!first) return undefined;
        const lists = [[first], ...(second ? [[second], [first, second]] : [])];
        const options = lists.map((actions, at) => ({ id: `o${at}`, title: `o${at}`, recommended: at === 0, actions }));
        const gate = await belay.openGate(of, options, (ordinals[one.run] = (ordinals[one.run] ?? 0) + 1));
        stale[one.run]?.push(...gate.options.map(({ digest }) => ({ gate: gate.id, digest })));
        return shown.push({ gate: gate.id, run: of.run, options: gate.options });
      }
      case 'decide': {
        const old = one.stale ? stale[one.run]?.at(0) : undefined;
        const gate = lastGate(one.run);
        const option = gate?.options[one.option] ?? gate?.options[0];
        const on = old ?? (gate && option && { gate: gate.gate, digest: option.digest });
        return on && belay.decide(on, PEOPLE[one.who], one.what);
      }
      case 'lock':
        return authority.lock({ ...refOf(one.run), actions: [1, 2].map((seq) => actionIdOf(refOf(one.run).run, seq)) });
      case 'unlock':
        return authority.unlock(refOf(one.run));
      case 'work':
        return work(one);
      case 'late': {
        const action = actionIdOf(refOf(one.run).run, one.seq);
        const sleeper = asleep.find((other) => other.action === action && other.phase === one.phase);
        const happened = effects.some((effect) => effect.action === action && effect.phase === one.phase);
        return sleeper && happened && belay.record(action, sleeper.fence, 'done', one.phase);
      }
      case 'time':
        return belay.forward(one.ms);
      case 'expire':
      case 'void': {
        const gate = lastGate(one.run);
        if (!gate) return undefined;
        const request = { ...refOf(one.run), gate: gate.gate, reason: 'withdrawn' };
        if (one.do === 'expire' && one.due) belay.forward(200 * HOUR);
        return one.do === 'expire' ? authority.attendGate(request) : authority.voidGate(request);
      }
      case 'resolve':
        return doors.receiveAlerts([{ alert: alertOf(one.run, 'resolved', startsAt()), route }]);
      case 'fire':
        fired += 1;
        return doors.receiveAlerts([{ alert: alertOf(one.run, 'firing', startsAt()), route }]);
      case 'cancel':
        return doors.cancel(refOf(one.run).run, BOB, 'stop');
      case 'end': {
        const of = refOf(one.run);
        if (one.how === 'lose') return loseRun(belay.context, of.run, 'terminated');
        if (one.how === 'abandon') return authority.abandon({ ...of, state: 'failed', message: 'a bug' });
        return authority.finish({ ...of, outcome: 'inconclusive', summary: 'enough' });
      }
      default:
        throw new Error(`no such step: ${JSON.stringify(one)}`);
    }
  }

  for (const together of story) {
    const ended = await Promise.allSettled(together.map(step));
    for (const one of ended)
      // A run that is over is told so; nothing else may go wrong, whatever happens at the same time.
      if (one.status === 'rejected' && one.reason?.type !== 'stop.unknown-run') throw one.reason;
  }
  return { runs: runs.map(({ run }) => run), effects, shown };
}
