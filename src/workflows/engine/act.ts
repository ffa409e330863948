import type { Proposal, RunResult } from '../../sdk/run-context.ts';
import { authority } from './activities.ts';
import { afterByHand } from './by-hand.ts';
import { carryThrough } from './carry-through.ts';
import { askPeople, type GateEnd } from './gate.ts';
import { previewAll, worthAsking } from './preview-all.ts';
import { type Revised, revised } from './revise.ts';
import type { RunState } from './run-state.ts';
import type { After } from './verify.ts';

/** How often a plan is asked again because what was approved no longer fits when it comes to execution. */
const MAX_ASKS = 3;

const unasked: Record<Extract<GateEnd, { message: string }>['end'], RunResult['outcome']> = {
  denied: 'denied',
  expired: 'expired',
  observed: 'observed',
  forbidden: 'denied',
  resolved: 'inconclusive',
  void: 'inconclusive',
  'nothing-to-offer': 'inconclusive',
};

/** Previews and asks. An edit that cannot be previewed or that policy forbids is told, and the plan asked as it was before. */
async function ask(state: RunState, { proposal, unless }: Revised, replaces: string | null): Promise<GateEnd> {
  const options = await previewAll(state, proposal.plan);
  const can = unless === null || options.some(({ option }) => option.id === unless.option);
  const end: GateEnd =
    can && worthAsking(options)
      ? await askPeople(state, proposal, options, replaces)
      : {
          end: 'nothing-to-offer',
          message: `${proposal.plan.diagnosis} Nothing that could be done about it can be offered.`,
        };
  if (unless === null || (end.end !== 'nothing-to-offer' && end.end !== 'forbidden')) return end;
  const why = end.end === 'forbidden' ? ` Policy forbids what it was edited to: ${end.message}` : '';
  await state.say(
    `unless-${state.counters.previews}`,
    `"${unless.title}" is asked again as it was before the edit.${why}`,
  );
  return await ask(state, { proposal: unless.proposal, unless: null }, replaces);
}

/** From plan to verdict. See `RunContext.act`. */
export async function act(state: RunState, proposal: Proposal, after: After): Promise<RunResult> {
  let asked: Revised = { proposal, unless: null };
  let replaces: string | null = null;
  for (let asks = 1; ;) {
    const { plan } = asked.proposal;
    if (plan.conclusion !== 'act') {
      const outcome = plan.conclusion === 'nothing-wrong' ? 'nothing-wrong' : 'inconclusive';
      return { outcome, summary: plan.diagnosis };
    }
    const end = await ask(state, asked, replaces);
    if (end.end === 'revised') {
      replaces = end.gate;
      const { proposal: before, revision } = end;
      asked = await state.journal.once(state, 'revised', () => revised(state, before, revision));
      continue;
    }
    if (end.end === 'by-hand') return await afterByHand(state, end.option, after);
    if ('message' in end)
      return { outcome: unasked[end.end], summary: end.message || `The approval is ${end.end}; nothing was done.` };
    const result = await carryThrough(state, end.option, after);
    if (!('outdated' in result)) return result;
    // The approval was for what is no longer there: withdrawn, so that nothing can use it should things change back.
    const reason = `It no longer fitted when it came to be used: ${result.outdated}`.slice(0, 500);
    await authority().voidGate({ ...state.of, gate: end.gate, reason });
    const again = asks < MAX_ASKS ? '; it is asked again with what is there now' : '';
    await state.say(`outdated-${asks}`, `Nothing was done${again}. ${result.outdated}`);
    if (asks === MAX_ASKS)
      return {
        outcome: 'not-fixed',
        summary: `What was approved did not fit any more when it came to execution, ${MAX_ASKS} times; nothing was done. ${result.outdated}`,
      };
    asks += 1;
    replaces = null;
    asked = { proposal: end.proposal, unless: null };
  }
}
