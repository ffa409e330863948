import { z } from 'zod';
import type { ReplyTo } from './answer.ts';
import { ButtonValue } from './button-value.ts';

/** The `callback_id` of each dialog. */
export const DIALOGS = {
  deny: 'belay.deny-reason',
  'by-hand': 'belay.by-hand-reason',
  'send-back': 'belay.send-back-reason',
  edit: 'belay.edit',
} as const;
export type DialogKind = keyof typeof DIALOGS;
const KINDS: readonly DialogKind[] = ['deny', 'by-hand', 'send-back', 'edit'];

/** What a dialog remembers between opening and submitting: what is decided, and where the answer goes. */
const Kept = z.strictObject({
  decide: ButtonValue,
  /** Which action is edited, from 0. */
  action: z.number().int().min(0).max(9).optional(),
  channel: z.string().max(50).optional(),
  responseUrl: z.string().max(1_500).optional(),
});
export type Kept = z.infer<typeof Kept>;

export const keptOf = (decide: ButtonValue, to: ReplyTo, action?: number): Kept => ({
  decide,
  ...(action === undefined ? {} : { action }),
  ...(to.channel === undefined ? {} : { channel: to.channel }),
  ...(to.responseUrl === undefined ? {} : { responseUrl: to.responseUrl }),
});

/** A control of a submitted dialog: typed, or chosen; one, several, or a day. */
const Control = z.looseObject({
  value: z.string().nullish(),
  selected_option: z.looseObject({ value: z.string() }).nullish(),
  selected_options: z.array(z.looseObject({ value: z.string() })).nullish(),
  selected_date: z.string().nullish(),
});
const Submitted = z.looseObject({
  callback_id: z.string(),
  private_metadata: z.string(),
  state: z.looseObject({ values: z.record(z.string(), z.record(z.string(), Control)) }),
});

/** A submitted dialog of ours. */
export interface Submission {
  readonly kind: DialogKind;
  readonly kept: Kept;
  /** What its controls hold, by block id; empty for one that was left alone. */
  readonly values: ReadonlyMap<string, string>;
}

/** What any submitted dialog holds: which it is, what it remembered, and each control's values by block id. */
export function readControls(
  view: unknown,
): { callback: string; remembered: unknown; values: ReadonlyMap<string, readonly string[]> } | undefined {
  const { data } = Submitted.safeParse(view);
  if (data === undefined) return undefined;
  let remembered: unknown;
  try {
    remembered = JSON.parse(data.private_metadata);
  } catch {
    return undefined;
  }
  const values = Object.entries(data.state.values).map(([block, controls]): [string, string[]] => {
    const [control] = Object.values(controls);
    const several = control?.selected_options?.map(({ value }) => value);
    const one = control?.selected_option?.value ?? control?.selected_date ?? control?.value ?? '';
    return [block, several ?? [one]];
  });
  return { callback: data.callback_id, remembered, values: new Map(values) };
}

/** Reads a submitted dialog of a decision; undefined when it is none of ours. */
export function readSubmission(view: unknown): Submission | undefined {
  const read = readControls(view);
  const kind = KINDS.find((one) => DIALOGS[one] === read?.callback);
  const kept = Kept.safeParse(read?.remembered).data;
  if (read === undefined || kind === undefined || kept === undefined) return undefined;
  return { kind, kept, values: new Map([...read.values].map(([block, [value = '']]) => [block, value])) };
}
