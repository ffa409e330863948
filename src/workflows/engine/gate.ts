import type { ResponseOf } from '../../authority/protocol.ts';
import type { Revision } from '../../domain/revision.ts';
import type { Proposal } from '../../sdk/run-context.ts';
import { authority } from './activities.ts';
import { continueIfLong } from './continue.ts';
import { RunCancelled } from './ending.ts';
import type { PreviewedOption } from './preview-all.ts';
import { RESOLVED, type RunState } from './run-state.ts';

/** What was asked, at which gate. */
interface Asked {
  readonly gate: string;
  readonly proposal: Proposal;
}

/** How asking people ended. `by-hand`: a person did the option themselves. `revised`: they want something else. */
export type GateEnd =
  | (Asked & { readonly end: 'approved' | 'by-hand'; readonly option: PreviewedOption })
  | (Asked & { readonly end: 'revised'; readonly revision: Revision })
  | {
      readonly end: 'denied' | 'expired' | 'void' | 'observed' | 'forbidden' | 'resolved' | 'nothing-to-offer';
      readonly message: string;
    };

/** Opens a gate and waits, on durable timers, until it is decided, expires, or makes no sense any more. */
export async function askPeople(
  state: RunState,
  proposal: Proposal,
  options: readonly PreviewedOption[],
  replaces: string | null,
): Promise<GateEnd> {
  const { plan, proposedBy } = proposal;
  state.counters.gates += 1;
  const { options: _, ...rest } = plan;
  const evidence = plan.evidence.flatMap((id) => state.evidence.get(id) ?? []);
  const asked = options.map(({ option, actions }, index) => ({
    id: option.id,
    title: option.title,
    why: option.why,
    manual: option.manual,
    recommended: index === 0,
    actions: [...actions],
  }));
  await state.recordEvidence();
  const opened = await authority('open the gate').openGate({
    ...state.of,
    ordinal: state.counters.gates,
    plan: rest,
    proposedBy,
    evidence,
    options: asked,
    replaces,
  });
  if (opened.answer !== 'opened') return { end: opened.answer, message: opened.message };

  const { gate } = opened;
  const now = await untilDecided(state, opened);
  if (now.end !== 'decided') return now;
  if (now.revision) return { end: 'revised', revision: now.revision, gate, proposal };
  const option = options.find((candidate) => candidate.option.id === now.chosen);
  if (option) return { end: now.special === 'by-hand' ? 'by-hand' : 'approved', option, gate, proposal };
  return { end: 'void', message: `${gate} names an option this run does not have` };
}

/** A gate that waits no more: decided, one way or another, or ended without a decision. */
type Decided =
  | ({ readonly end: 'decided' } & Pick<ResponseOf<'attendGate'>, 'chosen' | 'special' | 'revision'>)
  | { readonly end: 'denied' | 'expired' | 'void' | 'resolved'; readonly message: string };

/** Waits, on durable timers, until a gate is decided, expires, or makes no sense any more. */
export async function untilDecided(
  state: RunState,
  { gate, lookAgainMs }: { gate: string; lookAgainMs: number },
): Promise<Decided> {
  state.enter(`waiting for a decision on ${gate}`);
  // What woke an execution before this one may have been lost with it.
  let wait = state.journal.continued ? 1 : lookAgainMs;
  for (;;) {
    await state.woken(wait);
    const now = await authority('look at the gate').attendGate({ ...state.of, gate });
    if (now.news.cancelled) throw new RunCancelled('cancelled by a person');
    wait = now.lookAgainMs;
    if (now.state === 'open' || now.state === 'frozen') {
      if (!now.news.alertResolved) {
        await continueIfLong(state);
        continue;
      }
      const closed = await authority().voidGate({ ...state.of, gate, reason: RESOLVED });
      if (closed.state === 'void') return { end: 'resolved', message: RESOLVED };
      wait = 1;
      continue;
    }
    if (!now.revision && (now.state === 'denied' || now.state === 'expired' || now.state === 'void'))
      return { end: now.state, message: now.reason ?? '' };
    return { end: 'decided', chosen: now.chosen, special: now.special, revision: now.revision };
  }
}
