import type { DecisionAnswer, DecisionRecord, DecisionRequest } from '../../domain/decision.ts';
import type { GateOption } from '../../domain/gate.ts';
import type { Person } from '../../domain/person.ts';
import type { Revision } from '../../domain/revision.ts';
import type { Standing } from '../../domain/standing.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RunRow } from '../runs/known-run.ts';
import { askedOf } from './asked-of.ts';
import { completeGate } from './complete-gate.ts';
import { afterForcing, forceProblem } from './force.ts';
import type { GateRow } from './gate-row.ts';
import { refuse, type Refusal } from './may-decide.ts';
import { openReview } from './open-review.ts';
import { recordedAs } from './own-word.ts';
import { recordDecision } from './record-decision.ts';
import { revise } from './revise.ts';
import { withoutProblem } from './without-problem.ts';
import { missingBy, type Rules } from './rules-of.ts';

/** A decision that somebody may make, with what it is about. */
export interface Case {
  readonly trx: Trx;
  readonly context: AuthorityContext;
  readonly run: RunRow;
  readonly gate: GateRow;
  readonly rules: Rules;
  readonly option: GateOption;
  /** The decisions made before that still count. */
  readonly counting: readonly DecisionRecord[];
  readonly revision: Revision | undefined;
  readonly request: DecisionRequest;
  readonly person: Person;
  readonly standing: Standing;
}

/** The passkey's word, where it is given or needed. To stop, and to say what one did by hand, needs none. */
async function proofOf({
  trx,
  context,
  gate,
  rules,
  request,
  standing,
}: Case): Promise<DecisionRecord['proof'] | Refusal> {
  const approves = request.decision === 'approve' || request.decision === 'choose';
  const needed = request.decision === 'break-glass' || (approves && rules.both.stepUp);
  if (!request.proof) {
    if (!needed) return null;
    return refuse(
      'step-up-needed',
      context.stepUp
        ? `Policy wants your passkey for this: open /approve/${gate.id} in a browser.`
        : 'Policy wants a passkey for this, and none can be checked here until they are set up.',
    );
  }
  if (!context.stepUp) return refuse('invalid', 'proof: no passkeys are configured here.');
  const verified = await context.stepUp.verify(trx, gate.id, request, standing.person);
  return 'refused' in verified ? refuse('invalid', `proof: ${verified.refused}`) : verified.proof;
}

/** Whether a decision is the last one its gate waits for, and what is missing otherwise. */
function ends({ context, gate, run, rules, option, counting }: Case, record: DecisionRecord) {
  const all = [...counting, record];
  const missing = missingBy(rules, askedOf(context, gate, run, option.id), all);
  if (record.decision === 'deny')
    return { complete: all.filter((one) => one.decision === 'deny').length >= rules.both.denials, missing };
  return { complete: record.decision !== 'approve' || missing.length === 0, missing };
}

/** What a review of an ordinary approval is about: policy lets fewer people than usual do it, and wants it looked at. */
function approvedBy({ run, gate, option, rules, counting }: Case, record: DecisionRecord) {
  const approvals = [...counting, record].filter((one) => one.decision === 'approve' && one.option === option.id);
  const by = approvals.map(({ standing }) => standing.person);
  const what = `${by.join(' and ')} approved ${run.title}, ${run.target} (${gate.id}) under "${rules.both.rule}", which asks for a review.`;
  return { what, by };
}

/** Records a decision and does what it says: withdraws the gate for another, ends it, or leaves it to others. */
export async function carryDecision(given: Case): Promise<DecisionAnswer> {
  const { trx, context, run, gate, rules, option, revision, request, person, standing } = given;
  const now = context.now();
  const forcing = request.decision === 'break-glass';
  const problem = forcing ? await forceProblem(trx, run, request) : await withoutProblem(trx, gate, option, request);
  if (problem) return problem;
  const proof = await proofOf(given);
  if (proof && 'answer' in proof) return proof;
  const record = await recordDecision(trx, context, gate, {
    decision: recordedAs(request),
    option,
    person,
    standing,
    proof,
    reason: request.reason,
    revision: revision ?? null,
    without: request.without ?? [],
  });
  await enqueue(trx, now, 'gate.card', gate.id);
  if (revision) {
    await revise(trx, now, gate, revision);
    return { answer: 'revised', record, gate: revision.next };
  }
  const { complete, missing } = ends(given, record);
  if (complete) await completeGate(trx, context, gate, record);
  const by = { person: standing.person, reason: request.reason ?? '' };
  if (forcing) await afterForcing(trx, context, gate, run, by);
  else if (complete && record.decision === 'approve' && rules.both.review)
    await openReview(trx, context, gate, run, approvedBy(given, record));
  return { answer: 'recorded', record, complete, missing: complete ? [] : missing };
}
