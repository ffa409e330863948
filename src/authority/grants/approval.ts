import type { Selectable } from 'kysely';
import type { Phase } from '../../domain/action.ts';
import { type DecisionRecord, signedPart } from '../../domain/decision.ts';
import { type GateOption, type GateState, optionDigest } from '../../domain/gate.ts';
import { missingFor } from '../../domain/quorum.ts';
import type { Requirement } from '../../domain/requirement.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { ActionsTable } from '../../platform/database/schema.ts';
import type { AuthorityContext } from '../context.ts';
import { chosenBatch, takenOut } from '../batches/batch-item.ts';
import { judgedIn } from '../batches/kinds-of.ts';
import type { Capped } from '../caps/cap-problem.ts';
import { askedOf } from '../gates/asked-of.ts';
import { decisionsOn, stillCounting } from '../gates/decisions-on.ts';
import type { GateRow } from '../gates/gate-row.ts';
import { gateRecordProblem } from '../ledger/gate-record.ts';
import { revokedSince } from '../people/revoked.ts';
import type { Judged } from '../policy/policy-request-of.ts';
import { requirementOf } from '../policy/requirement-of.ts';
import type { RunRow } from '../runs/known-run.ts';
import { type Refused, refused } from './refused.ts';
import { sealHolds } from './seal-preview.ts';

export type ActionRow = Selectable<ActionsTable>;

/** The gate that opened an action, and the option of it that was chosen. */
export interface Approval {
  readonly gate: GateRow;
  readonly option: GateOption;
  /** What is approved at once, as tools workers previewed it: what caps are held against. */
  readonly sealed: readonly Capped[];
  /** When the last word that counts was given. */
  readonly completeAt: Date;
  /** How long from then on it may wait to be used. */
  readonly validForMs: number;
}

type Chosen = Pick<Approval, 'gate' | 'option'>;

/** The chosen option that holds this very action, by id and digest. A gate that is decided otherwise covers nothing. */
async function chosenFor(trx: Trx, action: ActionRow, phase: Phase): Promise<Chosen | undefined> {
  // Taking back stays possible after the end; nothing begins under a gate that is done or in doubt, but for the other
  // items of a batch: what is not known of one says nothing of them.
  const states: GateState[] = phase === 'undo' ? ['executing', 'done', 'in-doubt'] : ['approved', 'executing'];
  const batch = await chosenBatch(trx, action, [...new Set([...states, 'in-doubt' as const])]);
  if (batch) return batch;
  const gates = await trx
    .selectFrom('gates')
    .selectAll()
    .where('run', '=', action.run)
    .where('kind', '!=', 'batch')
    .where('state', 'in', states)
    .execute();
  for (const gate of gates) {
    const option = gate.options.find((candidate) => candidate.id === gate.chosen);
    if (option?.actions.some((entry) => entry.id === action.id && entry.digest === action.digest))
      return { gate, option };
  }
  return undefined;
}

/** The options as tools workers previewed them, and not as the gate's row says: policy judges by what was sealed. */
async function sealedOptions(
  trx: Trx,
  { key }: AuthorityContext,
  { options }: GateRow,
): Promise<Pick<GateOption, 'actions'>[] | Refused> {
  const ids = options.flatMap(({ actions }) => actions.map(({ id }) => id));
  const rows = ids.length === 0 ? [] : await trx.selectFrom('actions').selectAll().where('id', 'in', ids).execute();
  const broken = ids.find((id) => {
    const row = rows.find((one) => one.id === id);
    return !row || !sealHolds(key, row);
  });
  if (broken !== undefined)
    return refused('record-broken', `the preview of ${broken} is not as its tools worker gave it`);
  return options.map(({ actions }) => ({
    actions: actions.flatMap(({ id }) =>
      rows.filter((row) => row.id === id).map(({ preview, digest }) => ({ ...preview, id, digest })),
    ),
  }));
}

/** What is judged of an option now: its actions, or of a batch this one, by what all of them touch. */
async function judgedNow(
  trx: Trx,
  context: AuthorityContext,
  { gate, option }: Chosen,
  action: ActionRow,
): Promise<{ options: { actions: Judged[] }[]; sealed: readonly Capped[] } | Refused> {
  const { batch, title } = option;
  if (!batch) {
    const options = await sealedOptions(trx, context, gate);
    return 'answer' in options ? options : { options, sealed: options[gate.options.indexOf(option)]?.actions ?? [] };
  }
  if (!sealHolds(context.key, action))
    return refused('record-broken', `the preview of ${action.id} is not as its tools worker gave it`);
  return { options: [{ actions: [judgedIn(batch, action)] }], sealed: [{ ...batch, sentence: title }] };
}

/** Whether one person's signed word, by their own passkey, forces it: in a group that every rule lets do so. */
const isForced = (gate: GateRow, decisions: readonly DecisionRecord[], rules: readonly Requirement[]): boolean =>
  gate.special === 'break-glass' &&
  decisions.some(
    ({ decision, strength, standing }) =>
      decision === 'break-glass' &&
      strength === 'step-up' &&
      rules.every(({ breakGlass }) => standing.memberships.some(({ group }) => breakGlass.includes(group))),
  );

/** A word that ended the gate in another way than an approval, whatever its row says since. */
function endedOtherwise(decisions: readonly DecisionRecord[], rules: readonly Requirement[]): string | undefined {
  const last = decisions.find(({ decision }) => ['edit', 'send-back', 'by-hand'].includes(decision));
  if (last) return `${last.standing.person} said ${last.decision}`;
  const denied = decisions.filter(({ decision }) => decision === 'deny');
  return denied.length > 0 && denied.length >= Math.min(...rules.map(({ denials }) => denials))
    ? `${denied.map(({ standing }) => standing.person).join(', ')} denied it`
    : undefined;
}

const latest = (decisions: readonly DecisionRecord[], otherwise: Date): Date =>
  decisions.length === 0 ? otherwise : new Date(Math.max(...decisions.map(({ at }) => Date.parse(at))));

/** Whether enough people's words stand behind an option, by the rule at opening and, to begin something, by that of now. */
async function counted(
  trx: Trx,
  context: AuthorityContext,
  { gate, option }: Chosen,
  phase: Phase,
  run: RunRow,
  { action, decisions }: { action: ActionRow; decisions: readonly DecisionRecord[] },
): Promise<Approval | Refused> {
  const { directory } = context.bundle();
  const judged = await judgedNow(trx, context, { gate, option }, action);
  if ('answer' in judged) return judged;
  const out = phase === 'undo' ? undefined : takenOut(action.id, decisions);
  if (out !== undefined) return refused('not-approved', `${gate.id} does not cover it: ${out}`);
  const now =
    phase === 'undo' ? gate.requirement : await requirementOf(trx, context, run, judged.options, gate.proposed_by);
  if ('forbidden' in now) return refused('not-approved', `forbidden by policy: ${now.forbidden}`);
  const rules = [gate.requirement, now];
  const ended = endedOtherwise(decisions, rules);
  if (ended !== undefined) return refused('not-approved', `${gate.id} is no approval: ${ended}`);

  const ofThis = decisions.filter((one) => one.digest === option.digest);
  const words = phase === 'undo' ? ofThis : await stillCounting(trx, context, ofThis);
  const validForMs = Math.min(...rules.map((rule) => rule.validForMs));
  const approval = {
    gate,
    option,
    sealed: judged.sealed,
    validForMs,
    completeAt: latest(words, gate.decided_at ?? gate.opened_at),
  };
  if (isForced(gate, words, rules)) return approval;
  const asked = askedOf(context, gate, run, option.id);
  // The rule of now is policy's own answer: where that asks nobody, nobody is missing.
  const missing = rules.flatMap((requirement) =>
    now.needs.length === 0 && requirement.needs.length === 0 ? [] : missingFor({ ...asked, requirement }, words),
  );
  if (missing.length === 0) return approval;
  const lacks = `${gate.id} lacks ${[...new Set(missing)].join(', ')}`;
  const gone = ofThis.find((one) => !words.some(({ number }) => number === one.number));
  if (!gone) return refused('not-approved', lacks);
  const why = revokedSince(directory, gone) ?? `the word of ${gone.standing.person} on ${gate.id} was revoked`;
  return refused('revoked', `${why}; ${lacks}`);
}

/**
 * What people's signed word says of an action. The gate's row alone opens nothing: the option must still be the one its
 * digest names, that digest must be what was signed, nothing in the sequence may have closed the gate, and who signed
 * must be enough, by the rule at opening and (to begin something; not to take it back) by the rule of now.
 */
export async function approvalOf(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  phase: Phase,
  run: RunRow,
): Promise<Approval | Refused> {
  const chosen = await chosenFor(trx, action, phase);
  if (!chosen) return refused('not-approved', `no open approval covers ${action.id} with digest ${action.digest}`);
  const { gate, option } = chosen;
  if (optionDigest(option) !== option.digest)
    return refused('digest-mismatch', `option "${option.id}" of ${gate.id} is not what its digest says`);
  const decisions = await decisionsOn(trx, gate.id);
  const forged = decisions.find((one) => !context.key.verify(signedPart(one), one.keyId, one.signature));
  if (forged)
    return refused(
      'bad-signature',
      `the decision of ${forged.person.id} on ${gate.id} does not carry the authority's signature`,
    );
  // What has begun is taken back by what was approved then, whatever became of the gate since.
  const broken = phase === 'undo' ? undefined : await gateRecordProblem(trx, context, gate.id, decisions);
  if (broken !== undefined) return refused('record-broken', broken);
  return await counted(trx, context, chosen, phase, run, { action, decisions });
}
