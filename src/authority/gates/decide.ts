import type { DecisionAnswer, DecisionRecord, DecisionRequest } from '../../domain/decision.ts';
import { type GateOption, isUndecided } from '../../domain/gate.ts';
import type { Person } from '../../domain/person.ts';
import { missingFor } from '../../domain/quorum.ts';
import type { Standing } from '../../domain/standing.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { standingOf } from '../people/standing.ts';
import type { RunRow } from '../runs/known-run.ts';
import { lockRun } from '../runs/lock-run.ts';
import { completeGate } from './complete-gate.ts';
import { afterForcing, forceProblem } from './force.ts';
import { mayDecide, refuse, type Refusal } from './may-decide.ts';
import { recordDecision } from './record-decision.ts';
import { revise, revisionOf } from './revise.ts';
import { askedOf, decisionsOn, frozenBy, type GateRow } from './view.ts';

/** The option that is meant: the digest says what was shown, and a named option must be that one. */
function optionMeant(gate: GateRow, request: DecisionRequest): GateOption | Refusal {
  const option = gate.options.find((candidate) => candidate.digest === request.digest);
  if (!option)
    return refuse(
      'other-digest',
      `The digest is not that of any option of ${gate.id}: what you were shown is not what is being asked. Look at it again.`,
    );
  if (request.option !== undefined && request.option !== option.id)
    return refuse('other-digest', `The digest belongs to option "${option.id}", not to "${request.option}".`);
  return option;
}

/** A choice is an approval by another name. */
const recordedAs = ({ decision }: DecisionRequest): DecisionRecord['decision'] =>
  decision === 'choose' ? 'approve' : decision;

function closedBecause(
  context: AuthorityContext,
  gate: GateRow,
  decisions: readonly DecisionRecord[],
): Refusal | undefined {
  if (!isUndecided(gate.state)) {
    const last = decisions.at(-1);
    const how = last ? `${last.person.name} said ${last.decision} at ${last.at}` : gate.reason;
    return refuse('not-open', `${gate.id} is ${gate.state}${how ? `: ${how}` : ''}.`);
  }
  if (gate.expires_at <= context.now())
    return refuse('not-open', `${gate.id} expired at ${gate.expires_at.toISOString()}; nothing was done.`);
  return undefined;
}

/** One decision as it came, with what it is about. */
interface Case {
  readonly trx: Trx;
  readonly context: AuthorityContext;
  readonly run: RunRow;
  readonly gate: GateRow;
  readonly option: GateOption;
  readonly decisions: readonly DecisionRecord[];
  readonly request: DecisionRequest;
  readonly person: Person;
  readonly standing: Standing;
}

/** The passkey's word, where it is given or needed. Denying needs none: stopping is always easy. */
async function proofOf({ trx, context, gate, request, standing }: Case): Promise<DecisionRecord['proof'] | Refusal> {
  const approves = ['approve', 'choose', 'by-hand', 'break-glass'].includes(request.decision);
  const needed = approves && (gate.requirement.stepUp || request.decision === 'break-glass');
  if (!request.proof)
    return needed
      ? refuse('step-up-needed', `Policy wants your passkey for this: open /approve/${gate.id} in a browser.`)
      : null;
  if (!context.stepUp) return refuse('invalid', 'proof: no passkeys are configured here.');
  const verified = await context.stepUp.verify(trx, gate.id, request, standing.person);
  return 'refused' in verified ? refuse('invalid', `proof: ${verified.refused}`) : verified.proof;
}

async function carry(given: Case): Promise<DecisionAnswer> {
  const { trx, context, run, gate, option, decisions, request, person, standing } = given;
  const now = context.now();
  const { decision } = request;
  if (decision === 'break-glass') {
    const problem = await forceProblem(trx, context, gate, run, request);
    if (problem) return problem;
  }
  const revising = decision === 'edit' || decision === 'send-back';
  const revision = revising ? await revisionOf(trx, context, gate, option, request, standing.person) : undefined;
  if (revision && 'answer' in revision) return revision;
  const proof = await proofOf(given);
  if (proof && 'answer' in proof) return proof;
  const decided = { decision: recordedAs(request), option, person, standing, proof, reason: request.reason };
  const record = await recordDecision(trx, context, gate, decided);
  await enqueue(trx, now, 'gate.card', gate.id);
  if (revision) {
    await revise(trx, now, gate, revision);
    return { answer: 'revised', record, gate: revision.next };
  }
  const all = [...decisions, record];
  const missing = missingFor(askedOf(context, gate, run, option.id), all);
  const denials = all.filter((one) => one.decision === 'deny').length;
  const forced = decision === 'break-glass' || decision === 'by-hand';
  const complete = decision === 'deny' ? denials >= gate.requirement.denials : forced || missing.length === 0;
  if (complete) await completeGate(trx, context, gate, record);
  if (decision === 'break-glass')
    await afterForcing(trx, context, gate, run, { person: standing.person, reason: request.reason ?? '' });
  return { answer: 'recorded', record, complete, missing: complete ? [] : missing };
}

/** Checks and records in the given transaction; the run's row lock puts two people at the same millisecond in line. */
async function decideIn(
  trx: Trx,
  context: AuthorityContext,
  id: string,
  request: DecisionRequest,
  person: Person,
  known: Awaited<ReturnType<typeof standingOf>>,
): Promise<DecisionAnswer> {
  const found = await trx.selectFrom('gates').select('run').where('id', '=', id).executeTakeFirst();
  const run = found && (await lockRun(trx, found.run));
  if (!run) return refuse('unknown-gate', `There is no gate ${id}.`);
  const gate = await trx.selectFrom('gates').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const decisions = await decisionsOn(trx, id);
  const option = optionMeant(gate, request);
  if ('answer' in option) return option;
  if ('refused' in known) return refuse('not-an-approver', known.refused);
  const { standing } = known;
  const own = decisions.find((decision) => decision.standing.person === standing.person);
  const asked = askedOf(context, gate, run, option.id);
  if (own) {
    if (own.option !== option.id || own.decision !== recordedAs(request))
      return refuse('contrary', `You already said ${own.decision} at ${own.at}; a decision is not changed, it stands.`);
    const missing = isUndecided(gate.state) ? missingFor(asked, decisions) : [];
    return { answer: 'repeated', record: own, complete: !isUndecided(gate.state), missing };
  }
  const barred = mayDecide(context.bundle().directory, asked, standing, request.decision);
  if (barred) return barred;
  const closed = closedBecause(context, gate, decisions);
  if (closed) return closed;
  const frozen = request.decision === 'deny' ? null : await frozenBy(trx, gate, run);
  if (frozen !== null) return refuse('frozen', `Nothing is approved while it is halted: ${frozen}.`);
  return await carry({ trx, context, run, gate, option, decisions, request, person, standing });
}

/**
 * One transaction: checks, row, signature, ledger, outbox. That answers the person, also while Temporal is down.
 * A refusal changes nothing but the record, which names who tried what.
 */
export async function decide(
  context: AuthorityContext,
  id: string,
  request: DecisionRequest,
  person: Person,
): Promise<DecisionAnswer> {
  const known = await standingOf(context, person);
  const answer = await context.db.transaction().execute(async (trx) => {
    const result = await decideIn(trx, context, id, request, person, known);
    if (result.answer === 'refused' && result.why !== 'unknown-gate') {
      const { run } = await trx.selectFrom('gates').select('run').where('id', '=', id).executeTakeFirstOrThrow();
      const { decision, digest } = request;
      const { why, message } = result;
      const refused = { gate: id, decision, digest, person, why, message };
      await append(trx, context.now(), run, 'decision.refused', refused);
    }
    return result;
  });
  context.poke();
  return answer;
}
