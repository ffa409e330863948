import { type Asked, missingForAll } from '../../domain/quorum.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import { type Requirement, stricter } from '../../domain/requirement.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { OwnQuestion } from '../policy/own-questions.ts';
import { requirementOf } from '../policy/requirement-of.ts';
import type { RunRow } from '../runs/known-run.ts';
import { type GateRow, isOwn } from './gate-row.ts';

/** What a gate is judged by. An edit of policy can tighten it, never loosen it. */
export interface Rules {
  /** The rule of its opening and the rule of now; both must be met. */
  readonly each: readonly Requirement[];
  /** The stricter of each part: who may decide at all, how strong, until when. */
  readonly both: Requirement;
  /** Why policy forbids it now, in words; nobody can approve it then. */
  readonly forbidden: string | null;
}

/** What policy answers about each of the authority's own gates; about a review, it is who may choose. */
const QUESTIONS: Partial<Record<GateRow['kind'], OwnQuestion>> = {
  resume: 'resume',
  doubt: 'settle',
  exception: 'except',
};

/** Who policy asks now about one of the authority's own gates. How long it waits is the gate's own matter. */
function ownRuleOf(
  context: AuthorityContext,
  { kind, requirement }: Pick<GateRow, 'kind' | 'requirement'>,
): Requirement {
  const { policy } = context.bundle();
  const { expiresAfterMs, remindAfterMs, validForMs } = requirement;
  const question = QUESTIONS[kind];
  const asks = question === undefined ? policy.choice : policy.own(question);
  return { ...asks, expiresAfterMs, remindAfterMs, validForMs };
}

/** The rules of a gate at this moment. */
export async function rulesOf(
  db: Database | Trx,
  context: AuthorityContext,
  gate: Pick<GateRow, 'kind' | 'requirement' | 'options' | 'proposed_by'>,
  run: RunRow,
): Promise<Rules> {
  const opening = gate.requirement;
  const now = isOwn(gate)
    ? ownRuleOf(context, gate)
    : await requirementOf(db, context, run, gate.options, gate.proposed_by);
  if ('forbidden' in now) return { each: [opening], both: opening, forbidden: now.forbidden };
  return { each: [opening, now], both: stricter(opening, now), forbidden: null };
}

/** What is missing for an option by the rules of a gate, in words; empty when all of them are met. */
export function missingBy(
  rules: Rules,
  asked: Omit<Asked, 'requirement'>,
  decisions: readonly DecisionRecord[],
): string[] {
  if (rules.forbidden !== null) return [`policy forbids it now: ${rules.forbidden}`];
  return missingForAll(rules.each, asked, decisions);
}
