import type { Selectable } from 'kysely';
import type { Phase } from '../../domain/action.ts';
import { type DecisionRecord, signedPart } from '../../domain/decision.ts';
import { type GateOption, optionDigest } from '../../domain/gate.ts';
import { missingFor } from '../../domain/quorum.ts';
import type { RefusalCode } from '../../domain/grant.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { ActionsTable } from '../../platform/database/schema.ts';
import type { AuthorityContext } from '../context.ts';
import { askedOf, decisionsOn, type GateRow } from '../gates/view.ts';
import { revokedSince } from '../people/revoked.ts';
import { requirementOf } from '../policy/requirement-of.ts';
import type { RunRow } from '../runs/known-run.ts';

export type ActionRow = Selectable<ActionsTable>;

/** The gate that opened an action, and the option of it that was chosen. */
export interface Approval {
  readonly gate: GateRow;
  readonly option: GateOption;
}

interface Unapproved {
  readonly code: RefusalCode;
  readonly message: string;
}

/** The chosen option that holds this very action, by id and digest. A gate that is decided otherwise covers nothing. */
async function chosenFor(trx: Trx, action: ActionRow, phase: Phase): Promise<Approval | undefined> {
  const gates = await trx
    .selectFrom('gates')
    .selectAll()
    .where('run', '=', action.run)
    // Taking back stays possible after the end; nothing begins under a gate that is done or in doubt.
    .where('state', 'in', phase === 'undo' ? ['executing', 'done', 'in-doubt'] : ['approved', 'executing'])
    .execute();
  for (const gate of gates) {
    const option = gate.options.find((candidate) => candidate.id === gate.chosen);
    if (option?.actions.some((entry) => entry.id === action.id && entry.digest === action.digest))
      return { gate, option };
  }
  return undefined;
}

/**
 * What people's signed word says of an action. The gate's row alone opens nothing: the option must still be the one its
 * digest names, that digest must be what was signed, and who signed must be enough, by the rule at opening and (to
 * begin something; not to take it back) by the rule of now.
 */
export async function approvalOf(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  phase: Phase,
  run: RunRow,
): Promise<Approval | Unapproved> {
  const approval = await chosenFor(trx, action, phase);
  if (!approval)
    return { code: 'not-approved', message: `no open approval covers ${action.id} with digest ${action.digest}` };
  const { gate, option } = approval;
  if (optionDigest(option) !== option.digest)
    return { code: 'digest-mismatch', message: `option "${option.id}" of ${gate.id} is not what its digest says` };
  const decisions = await decisionsOn(trx, gate.id);
  const forged = decisions.find((one) => !context.key.verify(signedPart(one), one.keyId, one.signature));
  if (forged)
    return {
      code: 'bad-signature',
      message: `the decision of ${forged.person.id} on ${gate.id} does not carry the authority's signature`,
    };
  const revoked =
    phase === 'undo' ? undefined : decisions.map((one) => revokedSince(context.bundle().directory, one)).find(Boolean);
  if (revoked !== undefined) return { code: 'revoked', message: revoked };
  const counted = decisions.filter((decision) => decision.digest === option.digest && decision.gate === gate.id);
  const now =
    phase === 'undo' ? gate.requirement : await requirementOf(trx, context, run, gate.options, gate.proposed_by);
  if ('forbidden' in now) return { code: 'not-approved', message: `forbidden by policy: ${now.forbidden}` };
  if (forced(gate, counted)) return approval;
  const asked = askedOf(context, gate, run, option.id);
  const missing = [gate.requirement, now].flatMap((requirement) => missingFor({ ...asked, requirement }, counted));
  return missing.length === 0
    ? approval
    : { code: 'not-approved', message: `${gate.id} lacks ${[...new Set(missing)].join(', ')}` };
}

/** One person's signed word in their own passkey's name, in a group that policy lets force it. */
const forced = (gate: GateRow, decisions: readonly DecisionRecord[]): boolean =>
  gate.special === 'break-glass' &&
  decisions.some(
    (one) =>
      one.decision === 'break-glass' &&
      one.strength === 'step-up' &&
      one.standing.memberships.some(({ group }) => gate.requirement.breakGlass.includes(group)),
  );
