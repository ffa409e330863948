import type { Selectable } from 'kysely';
import type { Gate } from '../../domain/gate.ts';
import { isUndecided, missingFor } from '../../domain/gate.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { GatesTable } from '../../platform/database/schema.ts';
import type { RunRow } from '../runs/known-run.ts';

export type GateRow = Selectable<GatesTable>;

/** The decisions on a gate, in the order they were made. */
export async function decisionsOn(db: Database | Trx, gate: string) {
  const rows = await db.selectFrom('decisions').select('record').where('gate', '=', gate).orderBy('seq').execute();
  return rows.map((row) => row.record);
}

/** What is still missing for the option that is closest to being approved. */
export function missingOn(
  gate: Pick<GateRow, 'requirement' | 'options' | 'state'>,
  decisions: Gate['decisions'],
  requester: string,
): string[] {
  if (!isUndecided(gate.state)) return [];
  const each = gate.options.map((option) => missingFor(gate.requirement, decisions, option.id, requester));
  return each.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

/** A gate as every view shows it. */
export async function gateView(db: Database | Trx, row: GateRow, run: RunRow): Promise<Gate> {
  const decisions = await decisionsOn(db, row.id);
  const recommended = row.options.find((option) => option.recommended) ?? row.options[0];
  if (!recommended) throw new Error(`gate ${row.id} has no options`);
  return {
    id: row.id,
    run: row.run,
    runbook: run.runbook,
    kind: row.kind,
    state: row.state,
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
    missing: missingOn(row, decisions, run.requester.id),
    decisions,
    reason: row.reason,
    chosen: row.chosen,
    openedAt: row.opened_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}
