import { CancellationScope } from '@temporalio/workflow';
import { queueOf, systemOf } from '../../domain/queue.ts';
import { sumsText } from '../../domain/money.ts';
import type { List, ManyResult, OnMany } from '../../sdk/run-context.ts';
import { authority, authorityAtLength, manyPreviews } from './activities.ts';
import { type ApprovedBatch, carryOutBatch, undoBatch } from './batch.ts';
import { isCancel } from './ending.ts';
import { untilDecided } from './gate.ts';
import type { RunState } from './run-state.ts';
import { whileServed } from './served.ts';
import { verified } from './verify.ts';

/** What a gate that was not approved means for a run. */
const OUTCOMES = {
  denied: 'denied',
  expired: 'expired',
  observed: 'observed',
  forbidden: 'denied',
  resolved: 'inconclusive',
  void: 'inconclusive',
  'nothing-to-offer': 'inconclusive',
} as const;

const unacted = (outcome: ManyResult['outcome'], summary: string): ManyResult => ({ outcome, summary, acted: null });

/** Has every item looked at by the worker of its connection, connections side by side; their actions are numbered by position. */
async function previewMany(state: RunState, list: List, tool: string): Promise<void> {
  const base = state.counters.sequence;
  state.counters.sequence += list.count;
  state.enter(`previewing ${list.count} items`);
  const looksOnly = state.begun.mode === 'observe' || state.begun.dryRun;
  const permit = await state.permitNow();
  const previewOn = async (named: string): Promise<void> => {
    const connection = state.connectionOf(tool, named);
    const request = { ...state.of, permit, looksOnly, list: list.name, tool, connection, base };
    for (let after = 0, more = true; more;) {
      const from = after;
      const result = await whileServed(state, queueOf(systemOf(tool), connection), () =>
        manyPreviews(tool, connection).previewItems({ ...request, after: from }),
      );
      ({ last: after, more } = result);
      if (more) await state.stopIfCancelled();
    }
  };
  await Promise.all(list.places.filter((place) => place.tool === tool).map(({ connection }) => previewOn(connection)));
}

/** The wait before verifying; it was read before anybody is asked, as a mistake in it must not show after the side effect. */
interface Settling {
  readonly settle: () => Promise<void>;
}

interface Asked {
  readonly gate: string;
}

/** Opens the batch gate over the list and waits for people. */
async function ask(state: RunState, list: List, how: OnMany): Promise<Asked | ManyResult> {
  state.counters.gates += 1;
  await state.recordEvidence();
  const { title, why, tool, plan } = how;
  const evidence = plan.evidence.flatMap((id) => state.evidence.get(id) ?? []);
  const opened = await authorityAtLength('open the batch gate').openBatchGate({
    ...state.of,
    ordinal: state.counters.gates,
    list: list.name,
    tool,
    title,
    why,
    plan: { ...plan, evidence: [...plan.evidence], conclusion: 'act' },
    evidence,
  });
  if (opened.answer !== 'opened') return unacted(OUTCOMES[opened.answer], opened.message);
  const { gate } = opened;
  const end = await untilDecided(state, opened);
  if (end.end !== 'decided')
    return unacted(OUTCOMES[end.end], end.message || `The approval is ${end.end}; nothing was done.`);
  if (end.special === 'by-hand')
    return unacted('inconclusive', `${gate} was done by hand; what became of it is looked at in the next run.`);
  return { gate };
}

/** What became of it, in a sentence. */
function summaryOf(
  title: string,
  { counts, approved }: Pick<NonNullable<ManyResult['acted']>, 'counts' | 'approved'>,
): string {
  const parts = [
    `${counts.done} of ${counts.approved} done`,
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped, as they changed since or were not begun`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.inDoubt > 0 ? [`${counts.inDoubt} in doubt`] : []),
    ...(counts.undone > 0 ? [`${counts.undone} undone`] : []),
  ];
  const cost = approved.length === 0 ? '' : `; ${sumsText(approved)} a month were approved`;
  return `"${title}": ${parts.join(', ')}${cost}.`;
}

/** From the approval to the verdict. What was begun is taken back where the run is cancelled or the verification failed. */
async function carryThrough(
  state: RunState,
  list: List,
  how: OnMany & Settling,
  batch: ApprovedBatch,
): Promise<ManyResult> {
  const { gate } = batch;
  const report = (final: boolean, as: string | null) =>
    authorityAtLength(final ? 'report' : 'what is done').reportBatch({ ...state.of, gate, as, final });
  const as = `${list.name}-done`;
  const tally = await carryOutBatch(state, batch);
  const { done } = await report(false, as);
  const doneList: List | null = done ? { ...done, failures: [] } : null;
  const verdict =
    doneList && doneList.count > 0
      ? await verified(
          state,
          { stabilise: how.settle, verify: () => how.verify(doneList) },
          { option: 'all', actions: [] },
        )
      : undefined;
  const back = verdict === 'failed' ? await undoBatch(state, batch, 'verdict') : undefined;
  const { counts, estimated, approved } = await report(true, as);
  const acted = { gate, done: doneList, counts, estimated, approved };
  const summary = summaryOf(how.title, acted);
  if (back) {
    await state.say('escalate', `Verification failed after "${how.title}". ${back.message} A person must take over.`);
    return { outcome: 'not-fixed', summary: `${summary} It failed verification. ${back.message}`, acted };
  }
  const whole = counts.failed === 0 && counts.inDoubt === 0 && tally.stopped === null && counts.done > 0;
  const stopped = tally.stopped === null ? '' : ` It was stopped: ${tally.stopped}.`;
  if (verdict === 'inconclusive')
    return { outcome: 'inconclusive', summary: `${summary}${stopped} Whether it helped could not be measured.`, acted };
  return { outcome: whole ? 'fixed' : 'not-fixed', summary: `${summary}${stopped}`, acted };
}

/** See `RunContext.actOnMany`. */
export async function actOnMany(state: RunState, list: List, how: OnMany & Settling): Promise<ManyResult> {
  if (list.count === 0) return unacted('nothing-wrong', 'There is nothing to do.');
  await state.journal.once(state, 'previews of many', async () => {
    await previewMany(state, list, how.tool);
    return null;
  });
  const asked = await ask(state, list, how);
  if ('outcome' in asked) return asked;
  const batch = { gate: asked.gate, tool: how.tool, waves: how.waves };
  try {
    return await carryThrough(state, list, how, batch);
  } catch (error) {
    if (isCancel(error)) {
      const { message } = await undoBatch(state, batch, 'cancelled');
      await CancellationScope.nonCancellable(() =>
        authorityAtLength('report').reportBatch({ ...state.of, gate: asked.gate, as: null, final: true }),
      );
      state.aftermath = [state.aftermath, message].filter(Boolean).join(' ');
    }
    throw error;
  } finally {
    await CancellationScope.nonCancellable(() => authority('unlock').unlock(state.of));
  }
}
