import type { types } from '@slack/bolt';
import type { SlackMessage } from '../../src/slack/blocks.ts';

/** A message as a person reads it: markup kept, one line per element; `[Button]`, `[*Primary*]`. */
export function cardText({ blocks }: SlackMessage): string {
  return blocks.flatMap(linesOf).join('\n');
}

function linesOf(block: types.KnownBlock): string[] {
  if (block.type === 'header') return [`# ${block.text.text}`];
  if (block.type === 'section')
    return [...(block.text ? [block.text.text] : []), ...(block.fields ?? []).map(({ text }) => text)];
  if (block.type === 'context')
    return block.elements.map((element) => ('text' in element ? `~ ${element.text}` : '~ ?'));
  if (block.type === 'actions')
    return [block.elements.map((one) => (one.type === 'button' ? nameOf(one) : menuOf(one))).join(' ')];
  return [block.type === 'divider' ? '---' : `? ${block.type}`];
}

const nameOf = ({ style, text }: types.Button): string => `[${style === 'primary' ? `*${text.text}*` : text.text}]`;

const menuOf = (one: types.ActionsBlock['elements'][number]): string =>
  one.type === 'overflow' ? `[⋯ ${one.options.map(({ text }) => text.text).join(' / ')}]` : '?';

/** Every string anywhere in a message. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
