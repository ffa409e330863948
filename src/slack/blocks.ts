import type { types } from '@slack/bolt';

/** A message as Slack takes it. `text` is what notifications and screen readers get. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: types.KnownBlock[];
}

/** Slack's limits, in characters. Beyond them the API refuses the whole message. */
export const LIMITS = { section: 3_000, header: 150, button: 75, field: 2_000, blocks: 50, value: 2_000 } as const;

/** mrkdwn without automatic links, mentions or channel names. */
export const mrkdwn = (text: string): types.MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

/** Text that Slack does not interpret. */
export const plainText = (text: string): types.PlainTextElement => ({ type: 'plain_text', text, emoji: true });

export const header = (text: string): types.KnownBlock => ({ type: 'header', text: plainText(text) });

export const section = (text: string): types.SectionBlock => ({ type: 'section', text: mrkdwn(text) });

/** Two columns on a wide screen, one on a phone. */
export const fields = (texts: readonly string[]): types.KnownBlock => ({
  type: 'section',
  fields: texts.map((text) => mrkdwn(text)),
});

/** Small grey text. */
export const context = (text: string): types.KnownBlock => ({ type: 'context', elements: [mrkdwn(text)] });

export const divider: types.KnownBlock = { type: 'divider' };

export const actions = (elements: (types.Button | types.Overflow)[]): types.KnownBlock => ({
  type: 'actions',
  elements,
});

/** Lines in as few sections as hold them whole. Each line fits into one section by itself. */
export function sections(lines: readonly string[]): types.SectionBlock[] {
  const texts: string[] = [];
  for (const one of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + one.length + 1 <= LIMITS.section)
      texts[texts.length - 1] = `${last}\n${one}`;
    else texts.push(one);
  }
  return texts.map((text) => section(text));
}
