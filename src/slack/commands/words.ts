import { split } from 'shlex';

/** What Slack's clients and keyboards make of plain typing, undone: smart quotes, dashes for `--`, other spaces, entities. */
export function typed(text: string): string {
  return text
    .replaceAll(/[“”„‟″«»]/gu, '"')
    .replaceAll(/[‘’‚‛′]/gu, "'")
    .replaceAll(/(^|\s)[—–](?=[\p{L}])/gu, '$1--')
    .replaceAll(/[\p{Zs}\u200B\uFEFF]/gu, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

/** The first word and everything behind it, as it was typed. */
export function firstWord(text: string): { word: string; rest: string } {
  const [, word = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/u.exec(text) ?? [];
  return { word, rest };
}

/** Splits as a shell would: quotes hold spaces together. Undefined when a quote is not closed. */
export function shellWords(text: string): string[] | undefined {
  try {
    return split(text);
  } catch {
    return undefined;
  }
}
