import { revokeApprovals } from '../../src/authority/gates/revoke-approvals.ts';
import { bindRun } from '../../src/authority/runs/bind.ts';
import { loseRun } from '../../src/authority/runs/lose-run.ts';
import { again } from '../../src/platform/database/again.ts';
import type { Phase } from '../../src/domain/action.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { Failure } from '../../src/domain/failure.ts';
import { actionIdOf } from '../../src/domain/ids.ts';
import { isOver } from '../../src/domain/run.ts';
import { type AuthorityFixture, BOB, OBSERVED, person, previewOf, REQUESTER } from './authority-fixture.ts';
import { proofBy } from './fake-step-up.ts';
import { BUNDLES, type StoryBundle } from './story-bundles.ts';
import type { Step } from './story-steps.ts';

const HOUR = 3_600_000;

/** A side effect that really happened, as the world saw it. */
export interface Effect {
  readonly action: string;
  readonly phase: Phase;
  readonly digest: string;
  readonly fence: number;
  /** The place in the story at which it happened. */
  readonly slot: number;
  /** Whether it was begun though the target was seen to have changed; an undo does not ask for that. */
  readonly drifted: boolean;
}

/** A gate as it was shown: what each option's digest stood for. */
export interface Shown {
  readonly gate: string;
  readonly run: string;
  readonly options: readonly { id: string; digest: string; actions: readonly { id: string; digest: string }[] }[];
}

/** What was the case around one place of a story; of what changed there, before and after. */
export interface Slot {
  readonly bundles: readonly StoryBundle[];
  readonly frozen: readonly boolean[];
  /** True when one halt over the target stood from the beginning of the slot to its end. */
  readonly halted: boolean;
  /** Whether an incident is open on the target of the first run. */
  readonly incident: readonly boolean[];
  /** The runs that hold the lock of the target, or asked for it. */
  readonly holders: readonly string[];
  /** The last entry of each run's chain when it was over. */
  readonly ends: ReadonlyMap<string, number>;
}

/**
 * A run that is over is told so, and so is the second of two gates that would take one place. Nothing else may go wrong,
 * whatever happens at the same time.
 */
const isTold = (reason: unknown): boolean =>
  reason instanceof Failure &&
  (reason.type === 'stop.unknown-run' ||
    (reason.type === 'stop.invalid-input' && reason.message.startsWith('replaces:')));

/** Lets a story happen to two runs that want the same target. Nothing here judges; what it gives is judged by the test. */
export async function tell(first: AuthorityFixture, name: string, story: readonly (readonly Step[])[]) {
  let belay = first;
  const opened: AuthorityFixture[] = [];
  const effects: Effect[] = [];
  const shown: Shown[] = [];
  const slots: Slot[] = [];
  const stale: { gate: string; digest: string }[][] = [[], []];
  const ordinals = [0, 0];
  /** Fences whose worker died or was slow: it may still come back. */
  const asleep: { action: string; phase: Phase; fence: number }[] = [];
  let fired = 0;
  let bundle: StoryBundle = BUNDLES.usual;
  let seen: StoryBundle[] = [bundle];
  belay.useBundle(bundle.active);

  const { target } = previewOf(name);
  const scope = { kind: 'target' as const, value: target.key };
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
  const fromAlert = async () => {
    const [receipt] = await belay.doors.receiveAlerts([{ alert: alertOf(0, 'firing', startsAt()), route }]);
    const of = { run: receipt?.runId ?? '', execution: `chain-${name}` };
    await bindRun(belay.context, of.run, of.execution);
    await belay.authority.begin(of);
    return of;
  };
  const runs = [await fromAlert(), await belay.startRun({}, REQUESTER)] as const;
  const ids = runs.map(({ run }) => run);
  const refOf = (run: number) => (run === 0 ? runs[0] : runs[1]);
  const lastGate = (run: number) => shown.findLast((one) => one.run === refOf(run).run);

  async function work({ run, seq, phase, fate, drifted }: Extract<Step, { do: 'work' }>, slot: number): Promise<void> {
    const action = actionIdOf(refOf(run).run, seq);
    const observed = drifted ? { revision: 9 } : OBSERVED;
    const answer = await belay.grant(action, phase, { observed });
    if (answer.answer !== 'granted' && answer.answer !== 'reconcile') return;
    const { digest } = (await belay.authority.action({ action, phase })).action;
    const { fence } = answer;
    const happened = () => effects.some((effect) => effect.action === action && effect.phase === phase);
    const dies = fate === 'dies-before' || fate === 'dies-after';
    if (dies) asleep.push({ action, phase, fence });
    if (happened() && !dies) await belay.record(action, fence, 'done', phase);
    if (happened() || fate === 'dies-before') return;
    if (answer.answer === 'reconcile' && !answer.mayRepeat) {
      if (!dies) await belay.record(action, fence, 'failed', phase);
      return;
    }
    if (fate === 'done' || fate === 'dies-after')
      effects.push({ action, phase, digest, fence, slot, drifted: drifted && phase === 'execute' });
    if (fate !== 'dies-after') await belay.record(action, fence, fate, phase);
  }

  const showAs = (seq: number, revision: number) => previewOf(name, { target, args: { seq, revision } });

  /** What people asked for instead of the last gate is previewed first; the gate then takes its place. */
  async function ask({ run }: Extract<Step, { do: 'ask' }>): Promise<unknown> {
    const of = refOf(run);
    const last = lastGate(run);
    const before =
      last && (await belay.db.selectFrom('gates').select('revision').where('id', '=', last.gate).executeTakeFirst());
    const revision = before?.revision ?? undefined;
    const taken = revision && (await belay.doors.gate(revision.next));
    const replaces = revision && !taken ? last?.gate : undefined;
    if (replaces && revision?.kind === 'edit')
      await belay.authority.preview({
        ...of,
        sequence: revision.action + 1,
        preview: showAs(revision.action + 1, Number(revision.args['revision'])),
      });
    const wanted = [actionIdOf(of.run, 1), actionIdOf(of.run, 2)];
    const there = await belay.db.selectFrom('actions').select('id').where('id', 'in', wanted).orderBy('id').execute();
    const [one, two] = there.map((row) => row.id);
    if (!one) return undefined;
    const lists = [[one], ...(two ? [[two], [one, two]] : [])];
    const options = lists.map((actions, at) => ({ id: `o${at}`, title: `o${at}`, recommended: at === 0, actions }));
    const answer = await belay.authority.openGate({
      ...of,
      ordinal: (ordinals[run] = (ordinals[run] ?? 0) + 1),
      plan: { conclusion: 'act', diagnosis: 'The new version fails.', confidence: 'high', evidence: [] },
      proposedBy: { kind: 'model', model: 'm', promptHash: 'p' },
      evidence: [],
      options,
      ...(replaces ? { replaces } : {}),
    });
    if (answer.answer !== 'opened') return undefined;
    const gate = await belay.doors.gate(answer.gate);
    if (!gate) throw new Error(`no gate ${answer.gate}`);
    stale[run]?.push(...gate.options.map(({ digest }) => ({ gate: gate.id, digest })));
    return shown.push({ gate: gate.id, run: of.run, options: gate.options });
  }

  async function decide(one: Extract<Step, { do: 'decide' }>): Promise<unknown> {
    const old = one.stale ? stale[one.run]?.at(0) : undefined;
    const gate = lastGate(one.run);
    const option = gate?.options[one.option] ?? gate?.options[0];
    const on = old ?? (gate && option && { gate: gate.gate, digest: option.digest });
    const more = one.what === 'edit' ? { args: { seq: 1, revision: 1 } } : { reason: 'because' };
    return on && belay.decide(on, person(one.who), one.what, more);
  }

  let challenges = 0;
  /** Break-glass, as it should be or with something missing. */
  async function force({ run, who, lacks }: Extract<Step, { do: 'force' }>): Promise<unknown> {
    const gate = lastGate(run);
    const [option] = gate?.options ?? [];
    if (!gate || !option) return undefined;
    const proof = proofBy(lacks === 'own passkey' ? 'dee' : who, `${name}-${(challenges += 1)}`);
    const given = lacks === 'passkey' ? {} : { proof };
    const reason = lacks === 'reason' ? ' ' : 'the shop is down';
    return belay.decide({ gate: gate.gate, digest: option.digest }, person(who), 'break-glass', { reason, ...given });
  }

  async function settle({ run, who, happened }: Extract<Step, { do: 'settle' }>): Promise<unknown> {
    const gates = await belay.doors.gates({ run: refOf(run).run, state: 'open' });
    const gate = gates.find(({ kind }) => kind === 'doubt');
    const option = gate?.options.find(({ id }) => id === (happened ? 'happened' : 'did-not-happen'));
    // One word is not enough where two groups are asked.
    for (const by of gate && option ? new Set([who, 'bob']) : [])
      await belay.decide({ gate: gate?.id ?? '', digest: option?.digest ?? '' }, person(by));
    return undefined;
  }

  const haltsHere = async () =>
    (await belay.db.selectFrom('halts').select(['id', 'scope']).where('lifted_at', 'is', null).execute()).flatMap(
      ({ id, scope: of }) => (of.kind === 'target' && of.value === target.key ? [id] : []),
    );

  async function step(one: Step, slot: number): Promise<unknown> {
    switch (one.do) {
      case 'preview':
        return belay.authority.preview({
          ...refOf(one.run),
          sequence: one.seq,
          preview: showAs(one.seq, one.revision),
        });
      case 'ask':
        return ask(one);
      case 'decide':
        return decide(one);
      case 'force':
        return force(one);
      case 'lock':
        return belay.authority.lock({
          ...refOf(one.run),
          actions: [1, 2].map((seq) => actionIdOf(refOf(one.run).run, seq)),
        });
      case 'unlock':
        return belay.authority.unlock(refOf(one.run));
      case 'work':
        return work(one, slot);
      case 'late': {
        const action = actionIdOf(refOf(one.run).run, one.seq);
        const sleeper = asleep.find((other) => other.action === action && other.phase === one.phase);
        const happened = effects.some((effect) => effect.action === action && effect.phase === one.phase);
        return sleeper && happened && belay.record(action, sleeper.fence, 'done', one.phase);
      }
      case 'time':
        return belay.forward(one.ms);
      case 'attend':
      case 'void': {
        const gate = lastGate(one.run);
        if (!gate) return undefined;
        const request = { ...refOf(one.run), gate: gate.gate, reason: 'withdrawn' };
        if (one.do === 'attend' && one.due) belay.forward(200 * HOUR);
        return one.do === 'attend' ? belay.authority.attendGate(request) : belay.authority.voidGate(request);
      }
      case 'resolve':
        return belay.doors.receiveAlerts([{ alert: alertOf(one.run, 'resolved', startsAt()), route }]);
      case 'fire':
        fired += 1;
        return belay.doors.receiveAlerts([{ alert: alertOf(one.run, 'firing', startsAt()), route }]);
      case 'cancel':
        return belay.doors.cancel(refOf(one.run).run, BOB, 'stop');
      case 'end': {
        const of = refOf(one.run);
        if (one.how === 'lose') return loseRun(belay.context, of.run, 'terminated');
        if (one.how === 'abandon') return belay.authority.abandon({ ...of, state: 'failed', message: 'a bug' });
        return belay.authority.finish({ ...of, outcome: 'inconclusive', summary: 'enough' });
      }
      case 'bundle': {
        bundle = BUNDLES[one.name];
        seen.push(bundle);
        belay.useBundle(bundle.active);
        const { db, context } = belay;
        return again(() => db.transaction().execute((trx) => revokeApprovals(trx, context)));
      }
      case 'halt':
        return belay.doors.halt({ scope, undo: false, reason: 'wait' }, BOB);
      case 'resume': {
        const [halt] = await haltsHere();
        return halt && belay.doors.resume({ halt, reason: 'go on' }, person(one.who));
      }
      case 'freeze': {
        const from = belay.context.now();
        const to = new Date(from.getTime() + HOUR);
        return belay.doors.addFreeze({ scope, from, to, reason: 'sale' }, BOB);
      }
      case 'lift': {
        const freezes = await belay.doors.freezes();
        const here = freezes.find(({ scope: of }) => of.kind === 'target' && of.value === target.key);
        return here && belay.doors.liftFreeze(here.id, person(one.who));
      }
      case 'settle':
        return settle(one);
      case 'verified':
        return belay.authority.verified({ ...refOf(one.run), verdict: one.verdict, checks: [], final: true });
      case 'restart':
        opened.push((belay = await belay.restart()));
        // What changed while it started is read as it starts.
        return belay.useBundle(bundle.active);
      default:
        throw new Error(`no such step: ${JSON.stringify(one)}`);
    }
  }

  const frozenNow = async () => {
    const now = belay.context.now();
    const rows = await belay.db
      .selectFrom('freezes')
      .selectAll()
      .where('ends_at', '>', now)
      .where('starts_at', '<=', now)
      .where('lifted_at', 'is', null)
      .execute();
    return rows.some((row) => row.scope.kind === 'target' && row.scope.value === target.key);
  };
  /** Whether an alert fires that somebody looks into, for what the first run is about. */
  const incidentNow = async () => {
    const alerts = await belay.db.selectFrom('alerts').select(['run', 'group_key', 'status']).execute();
    const firing = alerts.filter(({ group_key, status }) => group_key.startsWith(`${name}-`) && status === 'firing');
    const views = await Promise.all(
      firing.map(({ run }) =>
        belay.db.selectFrom('runs').select(['state', 'alert_resolved_at']).where('id', '=', run).executeTakeFirst(),
      ),
    );
    return views.some((view) => view && !isOver(view.state) && view.alert_resolved_at === null);
  };
  const holdersNow = async () =>
    (await belay.db.selectFrom('locks').select('run').where('key', '=', target.key).execute()).map(({ run }) => run);
  const around = async () => ({
    halts: await haltsHere(),
    frozen: await frozenNow(),
    incident: await incidentNow(),
    holders: await holdersNow(),
  });

  let before = await around();
  for (const [slot, together] of story.entries()) {
    seen = [bundle];
    const ended = await Promise.allSettled(together.map((one) => step(one, slot)));
    for (const one of ended) if (one.status === 'rejected' && !isTold(one.reason)) throw one.reason;
    const after = await around();
    const heads = await belay.db.selectFrom('ledger_heads').select(['run', 'seq']).where('run', 'in', ids).execute();
    slots.push({
      bundles: seen,
      frozen: [...new Set([before.frozen, after.frozen])],
      // Where it fires and is resolved at the same time, it was open in between.
      incident: [before.incident, after.incident, together.some((one) => one.do === 'fire')],
      holders: [
        ...before.holders,
        ...after.holders,
        ...together.flatMap((one) => (one.do === 'lock' ? [refOf(one.run).run] : [])),
      ],
      halted: before.halts.some((id) => after.halts.includes(id)),
      ends: new Map(heads.map(({ run, seq }) => [run, seq])),
    });
    before = after;
  }
  // What is left halted would be read by every later story.
  belay.useBundle(BUNDLES.loose.active);
  for (const halt of await haltsHere())
    for (const who of ['ann', 'cy', 'requester']) await belay.doors.resume({ halt }, person(who));
  for (const one of opened) await one.close();
  return { runs: ids, effects, shown, slots };
}
