import type { Selectable } from 'kysely';
import { emptyGroups, nameOfIdentity } from '../../domain/directory.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import type { Gate } from '../../domain/gate.ts';
import { isUndecided } from '../../domain/gate.ts';
import { scopeText } from '../../domain/halt.ts';
import { type Asked, missingFor } from '../../domain/quorum.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { GatesTable } from '../../platform/database/schema.ts';
import type { AuthorityContext } from '../context.ts';
import { haltOver } from '../halts/halt-over.ts';
import { incidentOf } from '../runs/incident.ts';
import type { RunRow } from '../runs/known-run.ts';

export type GateRow = Selectable<GatesTable>;

/** The decisions on a gate, in the order they were made. */
export async function decisionsOn(db: Database | Trx, gate: string) {
  const rows = await db.selectFrom('decisions').select('record').where('gate', '=', gate).orderBy('seq').execute();
  return rows.map((row) => row.record);
}

/** How approvals of one option of a gate are counted. */
export function askedOf(
  context: Pick<AuthorityContext, 'bundle'>,
  gate: Pick<GateRow, 'requirement' | 'escalated_to' | 'edited_by'>,
  run: Pick<RunRow, 'requester'>,
  option: string,
): Asked {
  const requester = nameOfIdentity(context.bundle().directory, run.requester.id) ?? run.requester.id;
  return {
    requirement: gate.requirement,
    option,
    requesters: gate.edited_by === null ? [requester] : [requester, gate.edited_by],
    escalatedTo: gate.escalated_to,
  };
}

/** What is still missing for the option that is closest to being approved. */
function missingOn(context: AuthorityContext, gate: GateRow, run: RunRow, decisions: DecisionRecord[]): string[] {
  if (!isUndecided(gate.state)) return [];
  const each = gate.options.map((option) => missingFor(askedOf(context, gate, run, option.id), decisions));
  return each.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

/** Why nothing of a gate would be carried out now, in words: what halts it. */
export async function frozenBy(db: Database | Trx, gate: GateRow, run: RunRow): Promise<string | null> {
  if (gate.kind === 'resume') return null;
  const actions = gate.options.flatMap((option) => option.actions);
  const subjects = actions.length > 0 ? actions : [{ tool: '', target: { key: '' } }];
  for (const { tool, target } of subjects) {
    const halt = await haltOver(db, { runbook: run.runbook, tool, targetKey: target.key });
    if (halt) return `${scopeText(halt.scope)} halted by ${halt.by.name}: ${halt.reason}`;
  }
  return null;
}

/** A gate as every view shows it. */
export async function gateView(context: AuthorityContext, row: GateRow, run: RunRow): Promise<Gate> {
  const { db } = context;
  const decisions = await decisionsOn(db, row.id);
  const recommended = row.options.find((option) => option.recommended) ?? row.options[0];
  if (!recommended) throw new Error(`gate ${row.id} has no options`);
  const frozen = isUndecided(row.state) || row.state === 'approved' ? await frozenBy(db, row, run) : null;
  const incident = await incidentOf(db, run);
  return {
    id: row.id,
    run: row.run,
    runbook: run.runbook,
    kind: row.kind,
    state: frozen !== null && row.state === 'open' ? 'frozen' : row.state,
    digest: recommended.digest,
    title: run.title,
    target: run.target,
    mode: run.mode,
    requester: run.requester.name,
    proposedBy: row.proposed_by,
    plan: row.plan,
    evidence: row.evidence,
    options: row.options,
    requirement: row.requirement,
    frozen,
    special: row.special,
    incidentOpen: incident.open,
    responder: incident.responder,
    emptyGroups: emptyGroups(context.bundle().directory, row.requirement.needs),
    escalatedTo: row.escalated_to,
    replacedBy: row.revision?.next ?? null,
    missing: missingOn(context, row, run, decisions),
    decisions,
    reason: row.reason,
    chosen: row.chosen,
    openedAt: row.opened_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}
