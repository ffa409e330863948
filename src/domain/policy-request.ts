import { z } from 'zod';
import { Reversible, Risk } from './risk.ts';
import { Target } from './target.ts';

/** The family a runbook belongs to: the first part of its name. */
export const familyOf = (runbook: string): string => runbook.split('/')[0] ?? runbook;

/** What policy is asked: may this requester have this tool used on this target, under these circumstances? */
export const PolicyRequest = z.object({
  /** Whoever asked for the run: their name in the directory, or the identity or alert source of a stranger. */
  requester: z.object({ person: z.string(), groups: z.array(z.string()) }),
  tool: z.string(),
  target: Target,
  context: z.object({
    risk: Risk,
    reversible: Reversible,
    runbook: z.string(),
    family: z.string(),
    proposedBy: z.enum(['rules', 'model', 'person']),
    blastRadius: z.object({ count: z.number(), unit: z.string(), percent: z.number().nullable() }),
    /** Who reverts live changes: `argocd`, `flux`, `helm`; empty where nobody does. */
    owner: z.string(),
    /** Names of the change freezes in force here now. */
    freezes: z.array(z.string()),
    dryRun: z.boolean(),
    /** Whether an alert about the target fires, and who acknowledged it, by their name in the directory. */
    incident: z.object({ open: z.boolean(), responder: z.string().nullable() }),
    /** Whether a way to prove a decision by passkey is configured. */
    stepUpPossible: z.boolean(),
    /** What it costs or saves per month, where that is known: exact decimal and ISO 4217 code. */
    money: z.object({ amount: z.string(), currency: z.string() }).nullable(),
    at: z.iso.datetime(),
  }),
});
export type PolicyRequest = z.infer<typeof PolicyRequest>;
