import type { DecisionAnswer, DecisionRecord, DecisionRequest } from '../../domain/decision.ts';
import { type GateOption, isUndecided } from '../../domain/gate.ts';
import type { Person } from '../../domain/person.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { Known } from '../people/standing.ts';
import { lockRun } from '../runs/lock-run.ts';
import { askedOf } from './asked-of.ts';
import { carryDecision } from './carry-decision.ts';
import { decisionsOn, stillCounting } from './decisions-on.ts';
import { frozenBy } from './frozen-by.ts';
import { type GateRow, isOwn } from './gate-row.ts';
import { expiryOf } from './gate-times.ts';
import { mayDecide, refuse, type Refusal } from './may-decide.ts';
import { ownWord, repeatOf } from './own-word.ts';
import { revisionOf } from './revise.ts';
import { missingBy, type Rules, rulesOf } from './rules-of.ts';

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

/** Why nothing is decided on a gate any more. */
function closedBecause(gate: GateRow, rules: Rules, decisions: readonly DecisionRecord[], now: Date) {
  if (!isUndecided(gate.state)) {
    const last = gate.state === 'void' || gate.state === 'expired' ? undefined : decisions.at(-1);
    const how = last ? `${last.person.name} said ${last.decision} at ${last.at}` : gate.reason;
    const next = gate.revision ? ` Look at ${gate.revision.next}.` : '';
    return refuse('not-open', `${gate.id} is ${gate.state}${how ? `: ${how}` : ''}.${next}`);
  }
  const expires = expiryOf(gate, rules.both);
  if (expires <= now) return refuse('not-open', `${gate.id} expired at ${expires.toISOString()}; nothing was done.`);
  return undefined;
}

/** What cannot be said of this kind of gate. */
function unfit(gate: GateRow, { decision }: DecisionRequest): Refusal | undefined {
  if (!isOwn(gate)) return undefined;
  if (gate.kind === 'doubt' && decision === 'deny')
    return refuse('invalid', 'Whether it happened is asked, not whether it may: choose what you found.');
  return ['approve', 'choose', 'deny'].includes(decision)
    ? undefined
    : refuse('invalid', `decision: "${decision}" is not possible on this approval.`);
}

/** What keeps a decision from being made now, though the person may decide: a halt, or policy as it is now. */
async function keptBy(
  trx: Trx,
  gate: GateRow,
  run: Parameters<typeof frozenBy>[2],
  rules: Rules,
  { decision }: DecisionRequest,
): Promise<Refusal | undefined> {
  // Stopping is always easy, and what somebody did by hand is a fact that no halt undoes.
  if (decision === 'deny' || decision === 'by-hand') return undefined;
  const frozen = await frozenBy(trx, gate, run);
  if (frozen !== null) return refuse('frozen', `Nothing is approved while it is halted: ${frozen}.`);
  const brings = decision === 'approve' || decision === 'choose' || decision === 'break-glass';
  return brings && rules.forbidden !== null
    ? refuse('forbidden', `Policy forbids it now, which nobody can approve or force: ${rules.forbidden}`)
    : undefined;
}

/** One decision, from the door's word to its effect, under the lock of its run. */
export async function judgeDecision(
  trx: Trx,
  context: AuthorityContext,
  id: string,
  request: DecisionRequest,
  person: Person,
  known: Known | { refused: string },
): Promise<DecisionAnswer> {
  const found = await trx.selectFrom('gates').select('run').where('id', '=', id).executeTakeFirst();
  const run = found && (await lockRun(trx, found.run));
  if (!run) return refuse('unknown-gate', `There is no gate ${id}.`);
  const gate = await trx.selectFrom('gates').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const option = optionMeant(gate, request);
  if ('answer' in option) return option;
  if ('refused' in known) return refuse('not-an-approver', known.refused);
  const { standing, uncounted } = known;
  const rules = await rulesOf(trx, context, gate, run);
  const asked = askedOf(context, gate, run, option.id);
  const decisions = await decisionsOn(trx, id);
  const counting = await stillCounting(trx, context, decisions);
  const mine = (all: readonly DecisionRecord[]) => all.filter((one) => one.standing.person === standing.person);
  const revising = request.decision === 'edit' || request.decision === 'send-back';
  const wanted = revising ? await revisionOf(trx, context, gate, option, request, standing.person) : undefined;
  const revision = wanted && 'answer' in wanted ? undefined : wanted;
  const own = ownWord(gate, option, mine(decisions), mine(counting), request, revision);
  if (own && 'same' in own)
    return repeatOf(gate, own.same, isUndecided(gate.state) ? missingBy(rules, asked, counting) : []);
  const refusal =
    own ??
    mayDecide(
      context.bundle().directory,
      { ...asked, requirement: rules.both },
      standing,
      request.decision,
      uncounted,
    ) ??
    closedBecause(gate, rules, decisions, context.now()) ??
    unfit(gate, request) ??
    (await keptBy(trx, gate, run, rules, request)) ??
    (wanted && 'answer' in wanted ? wanted : undefined);
  if (refusal) return refusal;
  return await carryDecision({ trx, context, run, gate, rules, option, counting, revision, request, person, standing });
}
