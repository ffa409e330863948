import type { types } from '@slack/bolt';
import type { DecisionRequest } from '../domain/decision.ts';
import type { Person } from '../domain/person.ts';
import type { ReplyTo } from './answer.ts';
import { type ButtonValue, parseButtonValue, parseMenuValue } from './button-value.ts';
import { decisionMessage, overWords } from './decision-words.ts';
import type { Desk } from './desk.ts';
import { type DialogKind, keptOf } from './dialog.ts';
import { editModal, fieldsOf, tooMuchForSlack } from './edit-modal.ts';
import { reasonModal } from './reason-modal.ts';

export const FOREIGN_BUTTON = 'This button is not one of Belay’s, or was changed. Nothing changed.';

/** Where a dialog is opened, and where what is said instead goes. */
export interface Opening {
  readonly to: ReplyTo;
  readonly open: (view: types.ModalView) => Promise<void>;
}

/** Decides, and tells the person what became of it. */
export async function decide(
  desk: Desk,
  to: ReplyTo,
  gate: string,
  request: DecisionRequest,
  person: Person,
): Promise<void> {
  const answer = await desk.doors.decide(gate, request, person);
  // A card that only this person sees makes room for what was recorded; after a refusal its buttons may still be of use.
  await desk.answer(
    answer.answer === 'refused' ? { ...to, ephemeral: false } : to,
    decisionMessage(answer, gate, desk.web()),
  );
}

export async function approve(desk: Desk, to: ReplyTo, text: string | undefined, person: Person): Promise<void> {
  const value = parseButtonValue(text);
  if (value === undefined) return desk.answer(to, FOREIGN_BUTTON);
  return decide(desk, to, value.gate, { decision: 'approve', option: value.option, digest: value.digest }, person);
}

/** What was chosen behind the three dots. */
export async function chooseMore(
  desk: Desk,
  opening: Opening,
  text: string | undefined,
  person: Person,
): Promise<void> {
  const value = parseMenuValue(text);
  const beside = { ...opening.to, ephemeral: false };
  if (value === undefined) return desk.answer(beside, FOREIGN_BUTTON);
  const { choice, action, gate, option, digest } = value;
  if (choice === 'link') return;
  if (choice === 'edit-other')
    return desk.answer(
      beside,
      `Any step can be edited in the terminal: \`belay edit ${gate} --action <n>\`.`.replaceAll('<n>', '&lt;n&gt;'),
    );
  return openDialog(desk, opening, choice, { gate, option, digest }, person, action);
}

/**
 * Opens the dialog of a decision. A gate that is over gets its answer (and its record) at once; so does a card whose
 * option is not there any more.
 */
export async function openDialog(
  desk: Desk,
  { to, open }: Opening,
  kind: DialogKind,
  value: ButtonValue,
  person: Person,
  action = 0,
): Promise<void> {
  const gate = await desk.doors.gate(value.gate);
  const option = gate?.options.find(({ digest }) => digest === value.digest);
  const { option: id, digest } = value;
  const beside = { ...to, ephemeral: false };
  if (gate === undefined || option === undefined || overWords(gate) !== undefined)
    return decide(desk, to, value.gate, { decision: kind, option: id, digest }, person);
  const kept = keptOf(value, to, kind === 'edit' ? action : undefined);
  const byTerminal = `\`belay ${kind} ${gate.id}\` in a terminal`;
  let view: types.ModalView;
  if (kind === 'edit') {
    const edited = option.actions[action];
    const fields = edited && fieldsOf(edited, desk.doors.manifest);
    if (edited === undefined || fields === undefined || fields.length === 0)
      return desk.answer(beside, 'There is nothing here to edit. Nothing changed.');
    if (tooMuchForSlack(fields))
      return desk.answer(beside, `This is too long for a dialog. Edit it with ${byTerminal}. Nothing changed.`);
    view = editModal(edited, fields, kept);
  } else view = reasonModal(kind, gate, option, kept);
  try {
    await open(view);
  } catch (error) {
    desk.log.warn(`Slack: the dialog did not open (${error instanceof Error ? error.message : String(error)})`);
    const instead =
      kind === 'deny' ? `Type \`/belay deny ${gate.id} &lt;reason&gt;\`` : `Try again, or use ${byTerminal}`;
    await desk.answer(beside, `The dialog did not open. ${instead} instead. Nothing changed.`);
  }
}
