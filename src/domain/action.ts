import { z } from 'zod';
import { Digest, digestOf } from './digest.ts';
import { ActionId } from './ids.ts';
import { Json, JsonObject } from './json.ts';
import { Priced } from './money.ts';
import { Reversible, Risk } from './risk.ts';
import { Target } from './target.ts';

/** Whether an action is carried out or taken back; each has its own grant and its own intent. */
export const Phase = z.enum(['execute', 'undo']);
export type Phase = z.infer<typeof Phase>;

/** Who reverts live changes to the target, when something does: a GitOps controller or a package manager. */
export const Owner = z.object({
  kind: z.enum(['argocd', 'flux', 'helm']),
  name: z.string(),
  /** True when its reconciliation is paused, so that a live change would last. */
  paused: z.boolean(),
});
export type Owner = z.infer<typeof Owner>;

/** What exactly would be done: the part of an action its digest covers. */
export const CanonicalAction = z.object({
  tool: z.string(),
  toolSchemaHash: Digest,
  args: JsonObject,
  target: Target,
  /** The fewest fields whose change would change a human's mind; never a whole-object version. */
  precondition: JsonObject,
});
export type CanonicalAction = z.infer<typeof CanonicalAction>;

/** What a tools worker saw when it looked at the target with its own credential: the source of every card. */
export const Preview = CanonicalAction.extend({
  /** One sentence in the imperative: `Roll back deployment checkout in shop to revision 3`. */
  sentence: z.string().max(500),
  /** Unified diff of what changes; empty when nothing textual does. */
  diff: z.string().max(20_000),
  blastRadius: z.object({ count: z.number().int().nonnegative(), unit: z.string(), percent: z.number().optional() }),
  /** What is needed to take it back, recorded before anything happens. */
  preState: Json,
  undo: z.string().max(500).nullable(),
  owner: Owner.nullable(),
  /** The same by hand, for a person at a terminal. */
  command: z.string().max(2000).nullable(),
  risk: Risk,
  reversible: Reversible,
  safeToRepeat: z.enum(['idempotency-key', 'compare-and-set', 'no']),
  /** What the target costs a month, where that is known; left out of previews that were made before there was any. */
  money: Priced.nullable().exactOptional(),
});
export type Preview = z.infer<typeof Preview>;

/** A preview under its action id, as the authority keeps it. */
export const PreviewedAction = Preview.extend({ id: ActionId, digest: Digest });
export type PreviewedAction = z.infer<typeof PreviewedAction>;

/** An action's digest: SHA-256 over RFC 8785 JSON of {v, tool, tool schema hash, arguments, target, precondition}. */
export function actionDigest(action: CanonicalAction): Digest {
  const { tool, toolSchemaHash, args, target, precondition } = action;
  return digestOf({ v: 1, tool, toolSchemaHash, args, target, precondition });
}
