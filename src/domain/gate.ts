import { z } from 'zod';
import { PreviewedAction } from './action.ts';
import { BlobRef } from './blob.ts';
import { DecisionRecord } from './decision.ts';
import { Digest, digestOf } from './digest.ts';
import { GateId, RunId } from './ids.ts';
import { Plan, ProposedBy, ProposedOption } from './plan.ts';
import { RunMode } from './run.ts';

export const GateState = z.enum([
  'open',
  'frozen',
  'approved',
  'denied',
  'expired',
  'void',
  'executing',
  'done',
  'in-doubt',
]);
export type GateState = z.infer<typeof GateState>;

/** States in which a gate still waits for people. */
export const isUndecided = (state: GateState): boolean => state === 'open' || state === 'frozen';

/** What must be there before a gate opens its option. */
export const Requirement = z.object({
  v: z.literal(1),
  needs: z.array(z.object({ count: z.number().int().positive(), group: z.string(), members: z.array(z.string()) })),
  /** Whether the person who asked for the run counts. */
  selfApproval: z.boolean(),
  /** Which rule says so, for cards and the record. */
  rule: z.string(),
});
export type Requirement = z.infer<typeof Requirement>;

/** One option as it waits: the proposal, with its actions as the tools worker saw them. */
export const GateOption = ProposedOption.omit({ actions: true }).extend({
  digest: Digest,
  recommended: z.boolean(),
  actions: z.array(PreviewedAction.omit({ preState: true })),
});
export type GateOption = z.infer<typeof GateOption>;

/** A gate as every view of it (Slack, web, CLI, API) sees it. */
export const Gate = z.object({
  id: GateId,
  run: RunId,
  runbook: z.string(),
  kind: z.enum(['action', 'plan', 'batch']),
  state: GateState,
  /** The recommended option's digest; the only one's where there is one. */
  digest: Digest,
  title: z.string(),
  target: z.string(),
  mode: RunMode,
  requester: z.string(),
  proposedBy: ProposedBy,
  plan: Plan.omit({ options: true }),
  evidence: z.array(BlobRef),
  options: z.array(GateOption),
  requirement: Requirement,
  /** What is still missing, in words: `1 of approvers`. Empty once it is decided. */
  missing: z.array(z.string()),
  decisions: z.array(DecisionRecord),
  /** Why the gate is in its state, where that needs saying (voided because the alert resolved, for example). */
  reason: z.string().nullable(),
  chosen: z.string().nullable(),
  openedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
});
export type Gate = z.infer<typeof Gate>;

/** An option's digest covers what each action is, in order, and what a person must do by hand. */
export function optionDigest(option: {
  id: string;
  manual: string | null;
  actions: readonly { digest: Digest; undo: string | null }[];
}): Digest {
  const actions = option.actions.map(({ digest, undo }) => ({ digest, undo }));
  return digestOf({ v: 1, id: option.id, manual: option.manual, actions });
}

/** What is missing for `option` after these decisions, in words; empty when the requirement is met. */
export function missingFor(
  requirement: Requirement,
  decisions: readonly DecisionRecord[],
  option: string,
  requester: string,
): string[] {
  const approvers = new Set(
    decisions.filter((d) => d.decision === 'approve' && d.option === option).map((d) => d.person.id),
  );
  if (!requirement.selfApproval) approvers.delete(requester);
  const missing: string[] = [];
  // One person fills one place in each need they belong to; distinct people within a need is what the set gives.
  for (const need of requirement.needs) {
    const have = [...new Set(need.members)].filter((member) => approvers.has(member)).length;
    if (have < need.count)
      missing.push(
        need.members.length === 0
          ? `${need.count} of ${need.group} (nobody is in it)`
          : `${need.count - have} of ${need.group}`,
      );
  }
  return missing;
}
