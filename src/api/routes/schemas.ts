import { z } from 'zod';
import { JsonObject } from '../../domain/json.ts';
import { Person } from '../../domain/person.ts';
import { RunMode, RunOutcome, RunState } from '../../domain/run.ts';
import { Verdict } from '../../domain/verdict.ts';

/** A run as the API shows it; the zod form of `RunView`. */
export const RunBody = z.object({
  id: z.string(),
  runbook: z.string(),
  title: z.string(),
  target: z.string(),
  state: RunState,
  outcome: RunOutcome.nullable(),
  verdict: Verdict.nullable(),
  summary: z.string().nullable(),
  mode: RunMode,
  dryRun: z.boolean(),
  input: JsonObject,
  requester: Person,
  trigger: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('person') }),
    z.object({ kind: z.literal('alert'), source: z.string(), group: z.string(), alerts: z.array(z.string()) }),
    z.object({ kind: z.literal('schedule'), name: z.string(), tick: z.string().exactOptional() }),
  ]),
  proposedBy: z.string().nullable(),
  gates: z.array(z.string()).readonly(),
  workflowId: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
});

/** One line of a run's story; `seq` is its ledger entry's number. */
export const StepBody = z.object({ seq: z.number(), at: z.string(), kind: z.string(), text: z.string() });

/** A page of a list; PostgreSQL is asked for no more. */
export const Limit = z.coerce.number().int().min(1).max(500).default(50);
