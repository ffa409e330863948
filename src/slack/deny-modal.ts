import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { Gate } from '../domain/gate.ts';
import { section } from './blocks.ts';
import { ButtonValue, DENY_MODAL } from './button-value.ts';
import { recommendedOf } from './card.ts';
import { sentencesOf, targetsOf } from './card-option.ts';
import { line } from './inert.ts';

/** What the dialog remembers between opening and submitting: what is denied, and where the answer goes. */
const Kept = z.strictObject({
  decide: ButtonValue,
  channel: z.string().max(50).optional(),
  responseUrl: z.string().max(1_500).optional(),
});
export type Kept = z.infer<typeof Kept>;

const INPUT = { block: 'reason', action: 'reason' } as const;

/** The dialog that asks why. */
export function denyModal(gate: Gate, kept: Kept): types.ModalView {
  const option = recommendedOf(gate);
  const what = option === undefined ? gate.title : sentencesOf(option).join('; ');
  const target =
    option === undefined
      ? ''
      : targetsOf(option)
          .map((one) => line(one, 200))
          .join(' · ');
  return {
    type: 'modal',
    callback_id: DENY_MODAL,
    private_metadata: JSON.stringify(kept),
    title: { type: 'plain_text', text: 'Deny' },
    submit: { type: 'plain_text', text: 'Deny' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      section(`*${line(what, 600)}*${target === '' ? '' : `\n${target}`}\nNothing will be done. \`${gate.id}\``),
      {
        type: 'input',
        block_id: INPUT.block,
        label: { type: 'plain_text', text: 'Why not?' },
        hint: { type: 'plain_text', text: 'It goes into the record and onto the card.' },
        element: {
          type: 'plain_text_input',
          action_id: INPUT.action,
          multiline: true,
          min_length: 1,
          max_length: 2_000,
        },
      },
    ],
  };
}

/** A submitted dialog: what to deny and why, or `problem` to show at the field; undefined when it is none of ours. */
export function readDenyModal(view: {
  private_metadata: string;
  state: { values: Record<string, Record<string, { value?: string | null | undefined }>> };
}): { kept: Kept; reason: string } | { problem: Record<string, string> } | undefined {
  let kept: Kept | undefined;
  try {
    kept = Kept.safeParse(JSON.parse(view.private_metadata)).data;
  } catch {
    return undefined;
  }
  if (kept === undefined) return undefined;
  const reason = view.state.values[INPUT.block]?.[INPUT.action]?.value?.trim() ?? '';
  if (reason === '') return { problem: { [INPUT.block]: 'Please say why, in a few words.' } };
  if (reason.length > 2_000) return { problem: { [INPUT.block]: 'At most 2,000 characters.' } };
  return { kept, reason };
}
