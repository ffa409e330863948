import { listedIn, nameOfIdentity } from '../../domain/directory.ts';
import type { GateOption } from '../../domain/gate.ts';
import type { Scoped } from '../../domain/halt.ts';
import type { Money } from '../../domain/money.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import { familyOf, type PolicyRequest } from '../../domain/policy-request.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { freezesNow } from '../freezes/freezes-over.ts';
import { type Incident, incidentOf } from '../runs/incident.ts';
import type { RunRow } from '../runs/known-run.ts';

/** What is the same for every action of a run at one moment. */
export interface Circumstances {
  readonly now: Date;
  readonly incident: Incident;
  readonly stepUpPossible: boolean;
  readonly freezesOver: (scoped: Scoped) => string[];
}

/** Reads it once, for one action or five thousand. */
export async function circumstancesOf(
  db: Database | Trx,
  context: AuthorityContext,
  run: RunRow,
): Promise<Circumstances> {
  const now = context.now();
  return {
    now,
    incident: await incidentOf(db, run),
    stepUpPossible: (await context.stepUp?.possible(db)) ?? false,
    freezesOver: await freezesNow(db, context, now),
  };
}

/** An action as policy is asked about it. One of a batch is judged by what the whole batch touches and costs. */
export type Judged = GateOption['actions'][number] & {
  readonly whole?: { readonly blastRadius: { count: number; unit: string }; readonly money: readonly Money[] };
};

/** What policy is told of money: one sum. Where there are two currencies there is none, and what wants one does not permit. */
function moneyOf({ money, whole }: Judged): PolicyRequest['context']['money'] {
  const all = whole ? whole.money : money ? [money] : [];
  const [only] = all;
  return all.length === 1 && only ? { amount: only.amount, currency: only.currency } : null;
}

/**
 * What policy is asked about one action of a run: all of it from the authority's own rows. Risk and reversibility are
 * the manifest's, whatever a preview claims; a tool the manifest does not know is taken for the worst.
 */
export function policyRequestOf(
  context: Pick<AuthorityContext, 'bundle' | 'manifest'>,
  run: RunRow,
  action: Judged,
  proposedBy: ProposedBy,
  { now, incident, stepUpPossible, freezesOver }: Circumstances,
): PolicyRequest {
  const { directory } = context.bundle();
  const tool = context.manifest.tools.find((entry) => entry.name === action.tool);
  const person = nameOfIdentity(directory, run.requester.id) ?? run.requester.id;
  const { count, unit } = action.whole?.blastRadius ?? action.blastRadius;
  const percent = action.whole ? null : (action.blastRadius.percent ?? null);
  return {
    requester: { person, groups: listedIn(directory, person) },
    tool: action.tool,
    target: action.target,
    context: {
      risk: tool?.risk ?? 'destructive',
      reversible: tool?.reversible ?? 'no',
      runbook: run.runbook,
      family: familyOf(run.runbook),
      proposedBy: proposedBy.kind,
      blastRadius: { count, unit, percent },
      owner: action.owner?.kind ?? '',
      freezes: freezesOver({ runbook: run.runbook, tool: action.tool, targetKey: action.target.key }),
      dryRun: run.dry_run,
      incident,
      stepUpPossible,
      money: moneyOf(action),
      at: now.toISOString(),
    },
  };
}
