import type { types } from '@slack/bolt';
import type { Gate, GateOption } from '../domain/gate.ts';
import { plainText, section } from './blocks.ts';
import { DIALOGS, type DialogKind, type Kept } from './dialog.ts';
import { line } from './inert.ts';
import { subjectOf, targetsOf } from './option-facts.ts';

/** The block whose control holds the reason. */
export const REASON = 'reason';
const MOST = 2_000;

interface Words {
  readonly title: string;
  readonly submit: string;
  readonly label: string;
  readonly hint: string;
  readonly consequence: string;
  readonly needed: boolean;
}

const WORDS: Readonly<Record<Exclude<DialogKind, 'edit'>, Words>> = {
  deny: {
    title: 'Deny',
    submit: 'Deny',
    label: 'Why not?',
    hint: 'It goes into the record and onto the card.',
    consequence: 'Nothing will be done.',
    needed: true,
  },
  'by-hand': {
    title: 'I did it by hand',
    submit: 'I did it',
    label: 'What did you do?',
    hint: 'It goes into the record and onto the card.',
    consequence:
      'Belay will not do it. It looks at what is there now, checks the result, and records that you did it outside.',
    needed: false,
  },
  'send-back': {
    title: 'Send back',
    submit: 'Send back',
    label: 'What should be different?',
    hint: 'It goes to the model and into the record. Nothing is done meanwhile.',
    consequence: 'This approval is withdrawn; another one takes its place.',
    needed: true,
  },
};

/** The dialog that asks for a few words with a decision. */
export function reasonModal(
  kind: Exclude<DialogKind, 'edit'>,
  gate: Gate,
  option: GateOption,
  kept: Kept,
): types.ModalView {
  const { title, submit, label, hint, consequence, needed } = WORDS[kind];
  const targets = targetsOf(option).map((one) => line(one, 200));
  const what = [`*${line(subjectOf(gate, option), 600)}*`, ...targets.slice(0, 5), `${consequence} \`${gate.id}\``];
  return {
    type: 'modal',
    callback_id: DIALOGS[kind],
    private_metadata: JSON.stringify(kept),
    title: plainText(title),
    submit: plainText(submit),
    close: plainText('Cancel'),
    blocks: [
      section(what.join('\n')),
      {
        type: 'input',
        block_id: REASON,
        optional: !needed,
        label: plainText(label),
        hint: plainText(hint),
        element: { type: 'plain_text_input', action_id: REASON, multiline: true, max_length: MOST },
      },
    ],
  };
}

/** What was said, or what is wrong with it. */
export function readReason(kind: Exclude<DialogKind, 'edit'>, text: string): { reason: string } | { problem: string } {
  const reason = text.trim();
  if (reason === '' && WORDS[kind].needed) return { problem: 'Please say it in a few words.' };
  return reason.length > MOST ? { problem: 'At most 2,000 characters.' } : { reason };
}
