import { z } from 'zod';

/** Block Kit as far as this page must understand it to make it work; everything else passes through to the renderer. */
export const Text = z.looseObject({ type: z.enum(['plain_text', 'mrkdwn']), text: z.string() });
export type Text = z.infer<typeof Text>;

export const Option = z.looseObject({
  text: Text,
  value: z.string().optional(),
  description: Text.optional(),
  url: z.string().optional(),
});
export type Option = z.infer<typeof Option>;

const Confirm = z.looseObject({
  title: Text.optional(),
  text: Text.optional(),
  confirm: Text.optional(),
  deny: Text.optional(),
  style: z.string().optional(),
});

export const Element = z.looseObject({
  type: z.string(),
  action_id: z.string().optional(),
  text: Text.optional(),
  value: z.string().optional(),
  url: z.string().optional(),
  style: z.string().optional(),
  accessibility_label: z.string().optional(),
  placeholder: Text.optional(),
  confirm: Confirm.optional(),
  options: z.array(Option).optional(),
  option_groups: z.array(z.looseObject({ label: Text, options: z.array(Option) })).optional(),
  initial_option: Option.optional(),
  initial_options: z.array(Option).optional(),
  initial_value: z.string().optional(),
  initial_date: z.string().optional(),
  initial_time: z.string().optional(),
  initial_date_time: z.number().optional(),
  initial_user: z.string().optional(),
  multiline: z.boolean().optional(),
  min_length: z.number().optional(),
  max_length: z.number().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
  is_decimal_allowed: z.boolean().optional(),
});
export type Element = z.infer<typeof Element>;

export const Block = z.looseObject({
  type: z.string(),
  block_id: z.string().optional(),
  text: z.unknown().optional(),
  elements: z.array(z.unknown()).optional(),
  accessory: z.unknown().optional(),
  element: z.unknown().optional(),
  label: Text.optional(),
  hint: Text.optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
});
export type Block = z.infer<typeof Block>;

export const Attachment = z.looseObject({
  color: z.string().optional(),
  blocks: z.array(Block).optional(),
  title: z.string().optional(),
  text: z.string().optional(),
  fallback: z.string().optional(),
});
export type Attachment = z.infer<typeof Attachment>;

export const Message = z.looseObject({
  ts: z.string(),
  user: z.string().optional(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  reply_count: z.number().optional(),
  blocks: z.array(Block).optional(),
  attachments: z.array(Attachment).optional(),
  edited: z.unknown().optional(),
});
export type Message = z.infer<typeof Message>;

export const View = z.looseObject({
  id: z.string(),
  type: z.string(),
  hash: z.string(),
  title: Text.nullish(),
  submit: Text.nullish(),
  close: Text.nullish(),
  blocks: z.array(Block),
  callback_id: z.string().nullish(),
  notify_on_close: z.boolean().nullish(),
  previous_view_id: z.string().nullish(),
  root_view_id: z.string().nullish(),
});
export type View = z.infer<typeof View>;

/** A control on a card or in a modal, with where it stands. */
export interface Control {
  readonly block: Block;
  readonly blockId: string;
  readonly actionId: string;
  readonly element: Element;
}

/** Slack names a block that has no `block_id`; here its place does, so the name survives a redraw. */
export const withBlockIds = (blocks: readonly Block[], prefix = 'b'): Block[] =>
  blocks.map((block, index) => ({ ...block, block_id: block.block_id ?? `${prefix}${index}` }));

/** All blocks of a message, those inside its attachments included, each with a block id. */
export const blocksOf = (message: Pick<Message, 'blocks' | 'attachments'>): Block[] => [
  ...withBlockIds(message.blocks ?? []),
  ...(message.attachments ?? []).flatMap((attachment, at) => withBlockIds(attachment.blocks ?? [], `a${at}b`)),
];

/** The controls of one block, in order. Elements that are not controls (images, texts) are left out. */
export function controlsOf(block: Block): Control[] {
  const candidates = block.type === 'actions' ? (block.elements ?? []) : [block.accessory, block.element];
  return candidates.flatMap((candidate, index) => {
    const parsed = Element.safeParse(candidate);
    if (!parsed.success || parsed.data.type === 'image') return [];
    const [element, blockId] = [parsed.data, block.block_id ?? 'b'];
    return [{ block, blockId, actionId: element.action_id ?? `${blockId}-${index}`, element }];
  });
}

/** Options of a select, whether grouped or not. */
export const optionsOf = (element: Element): Option[] =>
  element.options ?? element.option_groups?.flatMap((group) => group.options) ?? [];
