import { z } from 'zod';
import { PreviewedAction } from './action.ts';
import { Batch, BatchProgress } from './batch.ts';
import { BlobRef } from './blob.ts';
import { DecisionRecord } from './decision.ts';
import { Digest, digestOf } from './digest.ts';
import { GateId, RunId } from './ids.ts';
import { Plan, ProposedBy, ProposedOption } from './plan.ts';
import { Requirement } from './requirement.ts';
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

/**
 * What a gate asks. `action`, `plan` and `batch` come from a run. The others are the authority's own: whether a halt ends
 * (`resume`), whether an action in doubt happened (`doubt`), that what was forced was looked at (`review`), whether something may stay as it is (`exception`).
 */
export const GateKind = z.enum(['action', 'plan', 'batch', 'resume', 'doubt', 'review', 'exception']);
export type GateKind = z.infer<typeof GateKind>;

/** A gate of the authority's own: no workflow attends it, nothing of a plan begins under it, and it outlives its run. */
export const OwnKind = GateKind.extract(['resume', 'doubt', 'review', 'exception']);
export type OwnKind = z.infer<typeof OwnKind>;

/** Whether the authority itself asks: about a halt, an action in doubt, something forced, or to be left as it is. */
export const isOwnKind = (kind: string): kind is OwnKind => OwnKind.safeParse(kind).success;

/** States in which a gate still waits for people. */
export const isUndecided = (state: GateState): boolean => state === 'open' || state === 'frozen';

/** One option as it waits: the proposal, with its actions as the tools worker saw them. */
export const GateOption = ProposedOption.omit({ actions: true }).extend({
  digest: Digest,
  recommended: z.boolean(),
  actions: z.array(PreviewedAction.omit({ preState: true })),
  /** Many like actions in the place of `actions`. */
  batch: Batch.exactOptional(),
});
export type GateOption = z.infer<typeof GateOption>;

/** A gate as every view of it (Slack, web, CLI, API) sees it. */
export const Gate = z.object({
  id: GateId,
  run: RunId,
  runbook: z.string(),
  kind: GateKind,
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
  /** Why it is frozen, while it is: who halted what, and why. */
  frozen: z.string().nullable(),
  /** Who forced it, or did it by hand, where that is so. */
  special: z.enum(['break-glass', 'by-hand']).nullable(),
  /** Whether an incident is open, so that it could be forced. */
  incidentOpen: z.boolean(),
  /** Who is on that incident, by their name in the directory. */
  responder: z.string().nullable(),
  /** Groups of its needs that nobody is in: what needs them can be approved by nobody. */
  emptyGroups: z.array(z.string()),
  /** Groups that were asked too since it opened; they may decide in the place of any other. */
  escalatedTo: z.array(z.string()),
  /** The gate that takes its place, once it was edited or sent back. */
  replacedBy: GateId.nullable(),
  /** What is still missing, in words: `1 of approvers`. Empty once it is decided. */
  missing: z.array(z.string()),
  decisions: z.array(DecisionRecord),
  /** Why the gate is in its state, where that needs saying (voided because the alert resolved, for example). */
  reason: z.string().nullable(),
  chosen: z.string().nullable(),
  /** Of a batch that may begin or began: how many of its items are where. */
  progress: BatchProgress.exactOptional(),
  openedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
});
export type Gate = z.infer<typeof Gate>;

/** An option's digest covers what each action is, in order, and what a person must do by hand; of a batch, its root. */
export function optionDigest(option: {
  id: string;
  manual: string | null;
  actions: readonly { digest: Digest; undo: string | null }[];
  batch?: Pick<Batch, 'tool' | 'count' | 'root'>;
}): Digest {
  const { id, manual, batch } = option;
  if (batch) {
    const { tool, count, root } = batch;
    return digestOf({ v: 1, id, manual, batch: { tool, count, root } });
  }
  const actions = option.actions.map(({ digest, undo }) => ({ digest, undo }));
  return digestOf({ v: 1, id, manual, actions });
}
