import { z } from 'zod';
import { Batch, BatchProgress } from '../domain/batch.ts';
import { Money } from '../domain/money.ts';

/*
 * What the CLI needs of each answer, and no more: a newer server may say more, and a field that is missing costs a line
 * of text, not the command.
 */

const optional = z.string().nullish();

const RunView = z.looseObject({
  id: z.string(),
  runbook: z.string(),
  state: z.string(),
  outcome: optional,
  verdict: optional,
  title: optional,
  target: optional,
  summary: optional,
  createdAt: optional,
  finishedAt: optional,
});
export const RunList = z.looseObject({ runs: z.array(RunView) });

export const StepView = z.looseObject({ at: z.string(), kind: z.string(), text: z.string() });
export type StepView = z.infer<typeof StepView>;

/** What Temporal does for a run meanwhile; live only. */
export const ActivityView = z.looseObject({
  at: z.string(),
  activity: z.string(),
  summary: z.string(),
  status: z.string(),
});
export type ActivityView = z.infer<typeof ActivityView>;

const PersonText = z.union([z.string(), z.looseObject({ id: z.string() }).transform(({ id }) => id)]);

export const RunDetail = RunView.extend({
  requester: PersonText.nullish(),
  mode: optional,
  input: z.record(z.string(), z.unknown()).default({}),
  steps: z.array(StepView).default([]),
  gates: z.array(z.string()).default([]),
});
export type RunDetail = z.infer<typeof RunDetail>;

export const ActionView = z.looseObject({
  digest: z.string(),
  tool: z.string(),
  args: z.record(z.string(), z.unknown()).default({}),
  sentence: optional,
  diff: optional,
  undo: z.union([z.string(), z.looseObject({ sentence: z.string() }).transform(({ sentence }) => sentence)]).nullish(),
  blastRadius: z.looseObject({ count: z.number(), unit: z.string(), percent: z.number().optional() }).nullish(),
  reversible: optional,
  command: optional,
});
export type ActionView = z.infer<typeof ActionView>;

export const OptionView = z.looseObject({
  id: z.string(),
  digest: z.string(),
  title: optional,
  why: optional,
  manual: optional,
  recommended: z.boolean().default(false),
  actions: z.array(ActionView),
  /** Many like actions in the place of `actions`. */
  batch: Batch.optional().catch(undefined),
});
export type OptionView = z.infer<typeof OptionView>;

const Decision = z.looseObject({
  decision: z.string(),
  person: z.looseObject({ id: z.string(), name: z.string() }),
  strength: optional,
  reason: optional,
  without: z.array(z.string()).default([]),
  at: z.string(),
});
const Requirement = z.looseObject({
  needs: z.array(z.looseObject({ count: z.number(), group: z.string() })).default([]),
  selfApproval: z.boolean().default(false),
  stepUp: z.boolean().default(false),
});

const Proposer = z.looseObject({ kind: z.string(), model: optional, person: optional });

export const GateView = z.looseObject({
  id: z.string(),
  run: z.string(),
  runbook: optional,
  kind: z.string(),
  state: z.string(),
  title: optional,
  target: optional,
  sentence: optional,
  diagnosis: optional,
  confidence: optional,
  requester: optional,
  proposedBy: z.union([z.string(), Proposer]).nullish(),
  plan: z.looseObject({ diagnosis: optional, confidence: optional }).nullish(),
  options: z.array(OptionView),
  missing: z.array(z.string()).default([]),
  reason: optional,
  requirement: Requirement.nullish(),
  decisions: z.array(Decision).default([]),
  evidence: z.array(z.looseObject({ id: z.string(), summary: z.string() })).default([]),
  frozen: optional,
  special: optional,
  incidentOpen: z.boolean().default(false),
  responder: optional,
  emptyGroups: z.array(z.string()).default([]),
  replacedBy: optional,
  openedAt: optional,
  expiresAt: optional,
  progress: BatchProgress.optional().catch(undefined),
});
export type GateView = z.infer<typeof GateView>;
export const GateList = z.looseObject({ gates: z.array(GateView) });

/** A page of a batch gate's items. */
export const ItemPage = z.looseObject({
  items: z.array(
    z.looseObject({
      position: z.number(),
      action: z.string(),
      sentence: z.string(),
      connection: z.string().default(''),
      owner: optional,
      money: Money.nullish(),
      undo: optional,
      fate: z.string(),
      why: optional,
    }),
  ),
  total: z.number(),
});

export const ListNames = z.looseObject({ lists: z.array(z.string()) });

/** A page of a run's list. */
export const ListPage = z.looseObject({
  list: z.looseObject({
    name: z.string(),
    count: z.number(),
    runbook: optional,
    money: z.array(Money).default([]),
    asks: z.looseObject({ what: z.string(), until: z.string(), kept: z.number(), open: z.boolean() }).nullish(),
  }),
  items: z.array(
    z.looseObject({
      position: z.number(),
      key: z.string(),
      title: z.string(),
      connection: z.string().default(''),
      owner: optional,
      money: Money.nullish(),
      kept: optional,
    }),
  ),
  total: z.number(),
});
export type ListPage = z.infer<typeof ListPage>;

export const LedgerReport = z.looseObject({
  ok: z.boolean(),
  runs: z.number().default(0),
  entries: z.number().default(0),
  problems: z.array(z.string()).default([]),
  caveats: z.array(z.string()).default([]),
  /** Of a bundle: the key that vouches for it; null when none does. */
  vouched: z.string().nullish(),
});
export type LedgerReport = z.infer<typeof LedgerReport>;

export const ScheduleList = z.looseObject({
  schedules: z.array(
    z.looseObject({
      name: z.string(),
      runbook: z.string(),
      timezone: z.string(),
      mode: optional,
      next: optional,
      last: z.looseObject({ run: z.string(), tick: z.string(), state: z.string(), outcome: optional }).nullish(),
      missed: z.looseObject({ tick: z.string(), why: z.string() }).nullish(),
    }),
  ),
});

export const CheckpointView = z.looseObject({ number: z.number(), entries: z.number(), at: z.string() });

export const DoctorLines = z.looseObject({
  findings: z.array(z.object({ what: z.string(), how: z.enum(['ok', 'bad', 'note']).catch('note'), text: z.string() })),
});
