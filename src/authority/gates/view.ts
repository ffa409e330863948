import type { Selectable } from 'kysely';
import { emptyGroups } from '../../domain/directory.ts';
import { takenOutBy } from '../../domain/batch.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import type { Gate } from '../../domain/gate.ts';
import { isUndecided } from '../../domain/gate.ts';
import type { HaltsTable } from '../../platform/database/schema.ts';
import type { AuthorityContext } from '../context.ts';
import { haltsInForce } from '../halts/halt-over.ts';
import { incidentOf } from '../runs/incident.ts';
import type { RunRow } from '../runs/known-run.ts';
import { batchProgress } from '../batches/batch-items.ts';
import { askedOf } from './asked-of.ts';
import { stillCounting } from './decisions-on.ts';
import { frozenBy } from './frozen-by.ts';
import type { GateRow } from './gate-row.ts';
import { missingBy, type Rules, rulesOf } from './rules-of.ts';

/** What is still missing for the option that is closest to being approved, by the rule of opening and the rule of now. */
async function missingOn(
  context: AuthorityContext,
  gate: GateRow,
  run: RunRow,
  rules: Rules,
  decisions: readonly DecisionRecord[],
): Promise<string[]> {
  const counting = await stillCounting(context.db, context, decisions);
  const each = gate.options.map((option) => missingBy(rules, askedOf(context, gate, run, option.id), counting));
  return each.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

/** States in which items of a batch may begin, or began. */
const CARRIED_OUT = new Set<Gate['state']>(['approved', 'executing', 'done', 'in-doubt']);

/** How far a batch is, where it may have begun. */
async function progressOf(
  { db }: AuthorityContext,
  row: GateRow,
  decisions: readonly DecisionRecord[],
): Promise<Pick<Gate, 'progress'>> {
  const batch = row.options[0]?.batch;
  if (!batch || !CARRIED_OUT.has(row.state)) return {};
  return { progress: await batchProgress(db, row, batch, takenOutBy(decisions)) };
}

/** A gate as every view shows it. Only what still waits for people is judged by the rule of now; the rest is history. */
async function gateView(
  context: AuthorityContext,
  row: GateRow,
  run: RunRow,
  decisions: DecisionRecord[],
  halts: readonly Selectable<HaltsTable>[],
): Promise<Gate> {
  const { db } = context;
  const recommended = row.options.find((option) => option.recommended) ?? row.options[0];
  if (!recommended) throw new Error(`gate ${row.id} has no options`);
  const waits = isUndecided(row.state);
  const frozen = waits || row.state === 'approved' ? await frozenBy(db, row, run, halts) : null;
  const rules = waits ? await rulesOf(db, context, row, run) : undefined;
  const requirement = rules?.both ?? row.requirement;
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
    requirement,
    frozen,
    special: row.special,
    incidentOpen: incident.open,
    responder: incident.responder,
    emptyGroups: emptyGroups(context.bundle().directory, requirement.needs),
    escalatedTo: row.escalated_to,
    replacedBy: row.revision?.next ?? null,
    missing: rules ? await missingOn(context, row, run, rules, decisions) : [],
    decisions,
    reason: row.reason,
    chosen: row.chosen,
    ...(await progressOf(context, row, decisions)),
    openedAt: row.opened_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}

/** Gates as every view shows them, in the order given. What all of them share is read once. */
export async function gateViews(context: AuthorityContext, rows: readonly GateRow[]): Promise<Gate[]> {
  const { db } = context;
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const runIds = [...new Set(rows.map(({ run }) => run))];
  const [runs, decisions, halts] = await Promise.all([
    db.selectFrom('runs').selectAll().where('id', 'in', runIds).execute(),
    db.selectFrom('decisions').select(['gate', 'record']).where('gate', 'in', ids).orderBy('seq').execute(),
    haltsInForce(db),
  ]);
  const runOf = new Map(runs.map((run) => [run.id, run]));
  return await Promise.all(
    rows.flatMap((row) => {
      const run = runOf.get(row.run);
      const made = decisions.filter(({ gate }) => gate === row.id).map(({ record }) => record);
      return run ? [gateView(context, row, run, made, halts)] : [];
    }),
  );
}
