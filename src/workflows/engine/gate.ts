import type { ProposedOption } from '../../domain/plan.ts';
import type { Proposal } from '../../sdk/run-context.ts';
import { authority } from './activities.ts';
import { RunCancelled } from './ending.ts';
import type { RunState } from './run-state.ts';

/** An option whose actions were previewed. */
export interface PreviewedOption {
  readonly option: ProposedOption;
  readonly actions: readonly string[];
}

/** How asking people ended. */
export type GateEnd =
  | { readonly end: 'approved'; readonly option: PreviewedOption; readonly gate: string }
  | { readonly end: 'denied' | 'expired' | 'void' | 'observed' | 'forbidden' | 'resolved'; readonly message: string };

/** Opens a gate and waits, on durable timers, until it is decided, expires, or makes no sense any more. */
export async function askPeople(
  state: RunState,
  { plan, proposedBy }: Proposal,
  options: readonly PreviewedOption[],
): Promise<GateEnd> {
  state.gates += 1;
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
    ordinal: state.gates,
    plan: rest,
    proposedBy,
    evidence,
    options: asked,
  });
  if (opened.answer !== 'opened') return { end: opened.answer, message: opened.message };

  const { gate } = opened;
  state.enter(`waiting for a decision on ${gate}`);
  const reminders = [...opened.remindAfterMs];
  const openedAt = Date.now();
  for (;;) {
    const now = await authority('read the gate').gate({ ...state.of, gate });
    if (now.news.cancelled) throw new RunCancelled('cancelled by a person');
    if (now.state === 'denied' || now.state === 'expired' || now.state === 'void')
      return { end: now.state, message: now.reason ?? '' };
    if (now.state !== 'open' && now.state !== 'frozen') {
      const option = options.find((candidate) => candidate.option.id === now.chosen);
      if (option) return { end: 'approved', option, gate };
      return { end: 'void', message: `${gate} names an option this run does not have` };
    }
    if (now.news.alertResolved) {
      const closed = await authority().voidGate({
        ...state.of,
        gate,
        reason: 'The alert resolved before anybody decided; nothing was done.',
      });
      if (closed.state === 'void')
        return { end: 'resolved', message: 'The alert resolved before anybody decided; nothing was done.' };
      continue;
    }
    const waited = Date.now() - openedAt;
    while (reminders[0] !== undefined && reminders[0] <= waited) reminders.shift();
    // A second at least: two clocks need not agree about when it is over.
    const expiry = Math.max(Date.parse(opened.expiresAt) - Date.now(), 1000);
    const reminder = reminders[0] === undefined ? Infinity : reminders[0] - waited;
    if (await state.woken(Math.min(expiry, reminder))) continue;
    if (expiry <= reminder) await authority('expire').expire({ ...state.of, gate });
    else await authority('remind').remind({ ...state.of, gate });
  }
}
