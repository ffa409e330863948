import { type DecisionAnswer, type DecisionRecord, type DecisionRequest, signedPart } from '../../domain/decision.ts';
import { type GateOption, isUndecided, missingFor, type Requirement } from '../../domain/gate.ts';
import type { Person } from '../../domain/person.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { lockRun } from '../runs/lock-run.ts';
import { decisionsOn, type GateRow } from './view.ts';

type Refusal = Extract<DecisionAnswer, { answer: 'refused' }>;
const refuse = (why: Refusal['why'], message: string): Refusal => ({ answer: 'refused', why, message });

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

/** Whether this person's word counts, before what they say is looked at. */
function mayDecide(requirement: Requirement, requester: string, person: Person): Refusal | undefined {
  const members = new Set(requirement.needs.flatMap((need) => need.members));
  if (members.size === 0)
    return refuse('not-an-approver', 'Nobody may decide this: the approver list is empty (BELAY_APPROVERS).');
  if (!members.has(person.id))
    return refuse(
      'not-an-approver',
      `${person.name} (${person.id}) is not on the approver list; this changed nothing.`,
    );
  if (!requirement.selfApproval && person.id === requester)
    return refuse('not-an-approver', 'You asked for this run, so somebody else must decide it.');
  return undefined;
}

function verbOf(gate: GateRow, decisions: readonly DecisionRecord[]): string {
  const last = decisions.at(-1);
  return last
    ? `${gate.id} is ${gate.state}: ${last.person.name} said ${last.decision} at ${last.at}.`
    : `${gate.id} is ${gate.state}${gate.reason ? `: ${gate.reason}` : ''}.`;
}

async function record(
  trx: Trx,
  context: AuthorityContext,
  gate: GateRow,
  option: GateOption,
  request: DecisionRequest,
  person: Person,
): Promise<DecisionRecord> {
  const unsigned = {
    v: 1 as const,
    gate: gate.id,
    run: gate.run,
    decision: request.decision === 'deny' ? ('deny' as const) : ('approve' as const),
    option: option.id,
    digest: option.digest,
    person,
    reason: request.reason ?? null,
    at: context.now().toISOString(),
    keyId: context.key.keyId,
  };
  const signed = { ...unsigned, signature: context.key.sign(signedPart(unsigned)) };
  await trx
    .insertInto('decisions')
    .values({ gate: gate.id, person: person.id, record: JSON.stringify(signed) })
    .execute();
  await append(trx, context.now(), gate.run, 'decision.recorded', signed);
  return signed;
}

/** Checks and records in the given transaction; the gate's row lock puts two people at the same millisecond in line. */
async function decideIn(
  trx: Trx,
  context: AuthorityContext,
  id: string,
  request: DecisionRequest,
  person: Person,
): Promise<DecisionAnswer> {
  const found = await trx.selectFrom('gates').select('run').where('id', '=', id).executeTakeFirst();
  const run = found && (await lockRun(trx, found.run));
  if (!run) return refuse('unknown-gate', `There is no gate ${id}.`);
  const gate = await trx.selectFrom('gates').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  if (request.decision === 'edit' || request.decision === 'send-back')
    return refuse(
      'invalid',
      `decision: "${request.decision}" is not possible on this gate; approve, choose or deny it.`,
    );
  const decisions = await decisionsOn(trx, id);
  const option = optionMeant(gate, request);
  if ('answer' in option) return option;

  const own = decisions.find((decision) => decision.person.id === person.id);
  if (own) {
    const same = own.option === option.id && own.decision === (request.decision === 'deny' ? 'deny' : 'approve');
    if (!same)
      return refuse('contrary', `You already said ${own.decision} at ${own.at}; a decision is not changed, it stands.`);
    return {
      answer: 'repeated',
      record: own,
      complete: !isUndecided(gate.state),
      missing: missingFor(gate.requirement, decisions, option.id, run.requester.id),
    };
  }
  const barred = mayDecide(gate.requirement, run.requester.id, person);
  if (barred) return barred;
  if (!isUndecided(gate.state)) return refuse('not-open', verbOf(gate, decisions));
  if (gate.expires_at <= context.now())
    return refuse('not-open', `${gate.id} expired at ${gate.expires_at.toISOString()}; nothing was done.`);

  const recorded = await record(trx, context, gate, option, request, person);
  const missing =
    recorded.decision === 'deny'
      ? []
      : missingFor(gate.requirement, [...decisions, recorded], option.id, run.requester.id);
  const complete = missing.length === 0;
  if (complete) {
    const state = recorded.decision === 'deny' ? 'denied' : 'approved';
    const now = context.now();
    await trx
      .updateTable('gates')
      .set({ state, chosen: state === 'approved' ? option.id : null, reason: recorded.reason, decided_at: now })
      .where('id', '=', id)
      .execute();
    await trx
      .updateTable('runs')
      .set({ state: 'running' })
      .where('id', '=', gate.run)
      .where('state', '=', 'waiting')
      .execute();
    await append(trx, now, gate.run, 'gate.decided', { gate: id, state, option: option.id, digest: option.digest });
    await enqueue(trx, now, 'run.wake', gate.run);
  }
  await enqueue(trx, context.now(), 'gate.card', id);
  return { answer: 'recorded', record: recorded, complete, missing };
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
  const answer = await context.db.transaction().execute(async (trx) => {
    const result = await decideIn(trx, context, id, request, person);
    if (result.answer === 'refused' && result.why !== 'unknown-gate') {
      const { run } = await trx.selectFrom('gates').select('run').where('id', '=', id).executeTakeFirstOrThrow();
      const { decision, digest } = request;
      await append(trx, context.now(), run, 'decision.refused', {
        gate: id,
        decision,
        digest,
        person,
        why: result.why,
        message: result.message,
      });
    }
    return result;
  });
  context.poke();
  return answer;
}
