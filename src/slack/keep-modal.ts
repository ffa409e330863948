import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { ListItemView, ListView } from '../authority/lists/list-view.ts';
import { manyText } from '../domain/count-text.ts';
import { LONGEST_KEEP_DAYS } from '../domain/keep.ts';
import { byCost, moneyText } from '../domain/money.ts';
import type { ReplyTo } from './answer.ts';
import { plainText, section } from './blocks.ts';
import { KeepValue } from './button-value.ts';
import { readControls } from './dialog.ts';
import { inlineCode, line, plain } from './inert.ts';
import { utc } from './utc.ts';

const CALLBACK = 'belay.keep';

/** Slack's limits for one menu: how many it offers, and how long each is. */
const MOST = { options: 100, text: 75 } as const;
/** For how long something is kept unless another day is chosen. Days. */
const DEFAULT_DAYS = 90;
const DAY_MS = 24 * 3600_000;

/** The blocks of the dialog whose controls are read. */
export const KEEP = { which: 'which', all: 'all', reason: 'reason', until: 'until' } as const;

/** What the dialog remembers: whose items of which list, and where the answer goes. */
const Kept = z.strictObject({
  keep: KeepValue,
  channel: z.string().max(50).optional(),
  responseUrl: z.string().max(1_500).optional(),
});
export type KeptKeep = z.infer<typeof Kept>;

export const keepKept = (keep: KeepValue, to: ReplyTo): KeptKeep => ({
  keep,
  ...(to.channel === undefined ? {} : { channel: to.channel }),
  ...(to.responseUrl === undefined ? {} : { responseUrl: to.responseUrl }),
});

/** An item by its place in the list, which is fixed once it is closed: a key can be too long for Slack. */
const optionOf = ({ position, title, money, connection }: ListItemView): types.PlainTextOption => ({
  text: plainText(plain(title, MOST.text) || '?'),
  value: String(position),
  description: plainText(plain(`${money === null ? 'no price' : `${moneyText(money)} a month`} · ${connection}`, 75)),
});

/** The dialog in which somebody keeps items: which, why, until when. `items`: those that may still be kept. */
export function keepModal(list: ListView, items: readonly ListItemView[], kept: KeptKeep, now: Date): types.ModalView {
  const options = items
    .toSorted((a, b) => byCost(a.money, b.money))
    .slice(0, MOST.options)
    .map(optionOf);
  const hidden = items.length - options.length;
  const whose =
    kept.keep.owner === null ? 'Nobody is named for these.' : `These are ${inlineCode(kept.keep.owner, 80)}’s.`;
  const intro = [
    `*${line(list.asks?.what ?? '', 500)}*`,
    `${whose} Until ${list.asks === null ? '' : utc(list.asks.until)} they can be kept: then they are left out here and in later runs of ${inlineCode(list.runbook, 80)}.`,
    ...(hidden > 0
      ? [
          `The menu has the ${options.length} dearest; ${manyText(hidden)} more are on the page of the list and in the terminal.`,
        ]
      : []),
  ];
  return {
    type: 'modal',
    callback_id: CALLBACK,
    private_metadata: JSON.stringify(kept),
    title: plainText('Keep'),
    submit: plainText('Keep'),
    close: plainText('Cancel'),
    blocks: [
      section(intro.join('\n')),
      {
        type: 'input',
        block_id: KEEP.which,
        optional: true,
        label: plainText('Which'),
        element: {
          type: 'multi_static_select',
          action_id: KEEP.which,
          placeholder: plainText('Choose what is still needed'),
          options,
          ...(items.length === 1 ? { initial_options: options } : {}),
        },
      },
      {
        type: 'input',
        block_id: KEEP.all,
        optional: true,
        label: plainText('Or all'),
        element: {
          type: 'checkboxes',
          action_id: KEEP.all,
          options: [{ text: plainText(`All ${manyText(items.length)} of them in this list`), value: 'all' }],
        },
      },
      {
        type: 'input',
        block_id: KEEP.reason,
        label: plainText('Why?'),
        hint: plainText('It goes into the record, with your name.'),
        element: { type: 'plain_text_input', action_id: KEEP.reason, max_length: 1_000 },
      },
      {
        type: 'input',
        block_id: KEEP.until,
        label: plainText('Until'),
        hint: plainText(`At most ${LONGEST_KEEP_DAYS} days from now; whoever needs longer says so again.`),
        element: {
          type: 'datepicker',
          action_id: KEEP.until,
          initial_date: new Date(now.getTime() + DEFAULT_DAYS * DAY_MS).toISOString().slice(0, 10),
        },
      },
    ],
  };
}

/** A submitted keep dialog: what was chosen in it. */
export interface KeepSubmission {
  readonly kept: KeptKeep;
  /** Places in the list. */
  readonly which: readonly number[];
  readonly all: boolean;
  readonly reason: string;
  readonly until: string;
}

/** Reads a submitted keep dialog; undefined when it is another one, or none of ours. */
export function readKeep(view: unknown): KeepSubmission | undefined {
  const read = readControls(view);
  if (read?.callback !== CALLBACK) return undefined;
  const kept = Kept.safeParse(read.remembered).data;
  if (kept === undefined) return undefined;
  const one = (block: string): string => read.values.get(block)?.[0] ?? '';
  return {
    kept,
    which: (read.values.get(KEEP.which) ?? []).filter((text) => /^\d{1,5}$/.test(text)).map(Number),
    all: (read.values.get(KEEP.all) ?? []).includes('all'),
    reason: one(KEEP.reason).trim(),
    until: one(KEEP.until),
  };
}
