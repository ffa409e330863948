import { listedIn, nameOfIdentity } from '../../domain/directory.ts';
import type { GateOption } from '../../domain/gate.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import { familyOf, type PolicyRequest } from '../../domain/policy-request.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { freezesOver } from '../freezes/freezes-over.ts';
import { incidentOf } from '../runs/incident.ts';
import type { RunRow } from '../runs/known-run.ts';

/**
 * What policy is asked about one action of a run: all of it from the authority's own rows. Risk and reversibility are
 * the manifest's, whatever a preview claims; a tool the manifest does not know is taken for the worst.
 */
export async function policyRequestOf(
  db: Database | Trx,
  context: AuthorityContext,
  run: RunRow,
  action: GateOption['actions'][number],
  proposedBy: ProposedBy,
): Promise<PolicyRequest> {
  const { directory } = context.bundle();
  const tool = context.manifest.tools.find((entry) => entry.name === action.tool);
  const person = nameOfIdentity(directory, run.requester.id) ?? run.requester.id;
  const now = context.now();
  const scoped = { runbook: run.runbook, tool: action.tool, targetKey: action.target.key };
  const { count, unit, percent } = action.blastRadius;
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
      blastRadius: { count, unit, percent: percent ?? null },
      owner: action.owner?.kind ?? '',
      freezes: await freezesOver(db, context, now, scoped),
      dryRun: run.dry_run,
      incident: await incidentOf(db, run),
      stepUpPossible: (await context.stepUp?.possible(db)) ?? false,
      money: null,
      at: now.toISOString(),
    },
  };
}
