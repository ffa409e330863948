import { z } from 'zod';
import { JsonObject } from './json.ts';

/** Who thought of it. Every card, CLI line and record says which. */
export const ProposedBy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rules') }),
  z.object({ kind: z.literal('model'), model: z.string(), promptHash: z.string() }),
  z.object({ kind: z.literal('person'), person: z.string() }),
]);
export type ProposedBy = z.infer<typeof ProposedBy>;

/** How a proposal's author is called wherever people read. */
export function proposedByText(by: ProposedBy): string {
  if (by.kind === 'rules') return 'rule-based, no model';
  return by.kind === 'model' ? `model ${by.model}` : by.person;
}

/** One way out: ordered actions, approved as one. No actions means: do nothing and watch. */
export const ProposedOption = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  title: z.string().min(1).max(150),
  why: z.string().max(1500).default(''),
  actions: z.array(z.object({ tool: z.string(), args: JsonObject })).max(10),
  /** What a person must do by hand instead, when Belay should not (the exact revert where GitOps owns the target). */
  manual: z.string().max(4000).nullable().default(null),
});
export type ProposedOption = z.infer<typeof ProposedOption>;

/** Diagnosis, confidence, evidence and options. `conclusion` other than `act` carries no options. */
export const Plan = z.object({
  conclusion: z.enum(['act', 'nothing-wrong', 'unknown']),
  diagnosis: z.string().min(1).max(3000),
  confidence: z.enum(['high', 'medium', 'low']),
  /** Ids of the blobs this rests on; each must be evidence that this run has read. */
  evidence: z.array(z.string()).max(40),
  options: z.array(ProposedOption).max(6),
});
export type Plan = z.infer<typeof Plan>;
