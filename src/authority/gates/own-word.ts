import { canonicalJson } from '../../domain/digest.ts';
import type { DecisionAnswer, DecisionRecord, DecisionRequest } from '../../domain/decision.ts';
import type { GateOption } from '../../domain/gate.ts';
import { isUndecided } from '../../domain/gate.ts';
import type { Revision } from '../../domain/revision.ts';
import type { GateRow } from './gate-row.ts';
import { refuse, type Refusal } from './may-decide.ts';

/** A choice is an approval by another name. */
export const recordedAs = ({ decision }: Pick<DecisionRequest, 'decision'>): DecisionRecord['decision'] =>
  decision === 'choose' ? 'approve' : decision;

/** What somebody who approved may still say while others are waited for: it goes on from an approval, not against it. */
const AFTER_APPROVING: readonly DecisionRecord['decision'][] = ['edit', 'send-back', 'by-hand', 'break-glass'];

/** A revision without what is new in every asking. */
const wish = (revision: Revision | null): string =>
  canonicalJson(
    revision?.kind === 'edit'
      ? { option: revision.option, action: revision.action, args: revision.args }
      : { feedback: revision?.feedback ?? '' },
  );

/** Whether two approvals of a batch take out the same items; a button that says nothing of them repeats what was said. */
const sameItems = (said: readonly string[] = [], now: readonly string[] | undefined): boolean =>
  now === undefined || canonicalJson([...said].toSorted()) === canonicalJson([...new Set(now)].toSorted());

/**
 * What somebody's earlier words on a gate make of this one: the same again, against their own, or (undefined) a new one.
 * `counting` are their words that still count, `wanted` is what an edit or a send-back asks for now.
 */
export function ownWord(
  gate: GateRow,
  option: GateOption,
  own: readonly DecisionRecord[],
  counting: readonly DecisionRecord[],
  request: DecisionRequest,
  wanted: Revision | undefined,
): { same: DecisionRecord } | Refusal | undefined {
  const first = own[0];
  if (!first) return undefined;
  const now = recordedAs(request);
  if (counting.length < own.length)
    return refuse('not-an-approver', 'Your word on this was revoked; somebody else must decide it.');
  const same = own.find(
    (one) =>
      one.decision === now &&
      one.option === option.id &&
      sameItems(one.without, request.without) &&
      (!one.revision || !wanted || wish(one.revision) === wish(wanted)),
  );
  const closed = gate.state === 'void' || gate.state === 'expired';
  if (same && !(closed && same.revision === null)) return { same };
  if (same)
    return refuse(
      'not-open',
      `You said ${same.decision} at ${same.at}, and ${gate.id} is ${gate.state} since: ${gate.reason ?? ''}`,
    );
  if (isUndecided(gate.state) && first.decision === 'approve' && AFTER_APPROVING.includes(now)) return undefined;
  return refuse('contrary', `You already said ${first.decision} at ${first.at}; a decision is not changed, it stands.`);
}

/** The answer to what was said before: nothing changes. */
export function repeatOf(gate: GateRow, record: DecisionRecord, missing: string[]): DecisionAnswer {
  return record.revision
    ? { answer: 'revised', record, gate: record.revision.next }
    : { answer: 'repeated', record, complete: !isUndecided(gate.state), missing };
}
