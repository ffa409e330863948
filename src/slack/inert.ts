import { visibleText } from '../domain/visible-text.ts';

/**
 * Text from outside, made inert: shown as it is, able to do nothing. Alert labels, logs, model prose, names and reasons
 * all pass through here before Slack sees them. The texts that hold them are sent `verbatim` as well (no automatic links).
 */

/** What is hidden or passes for something else becomes visible (`⟨U+202E⟩`); other spaces become the plain one. */
export const visible = (text: string): string => visibleText(text.replaceAll(/(?!\n)\p{Zs}/gu, ' '));

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The three characters Slack gives a meaning to. Without them there is no mention, no link and no special command. */
export const escaped = (text: string): string => text.replaceAll(/[&<>]/gu, (char) => ENTITIES[char] ?? char);

/** The part of `text` whose escaped form has at most `max` characters, and how many characters are left out. */
export function cut(text: string, max: number): { shown: string; left: number } {
  let length = 0;
  let end = 0;
  for (const char of text) {
    length += ENTITIES[char]?.length ?? char.length;
    if (length > max) return { shown: text.slice(0, end), left: text.length - end };
    end += char.length;
  }
  return { shown: text, left: 0 };
}

/** Formatting characters become look-alikes that format nothing; `:name:` is no emoji. */
function unformatted(text: string): string {
  return text
    .replaceAll('*', '∗')
    .replaceAll('~', '∼')
    .replaceAll('`', 'ˋ')
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '＿')
    .replaceAll(/:(?=[\w+'-]+:)/gu, '꞉');
}

const marked = ({ shown, left }: { shown: string; left: number }): string =>
  left === 0 ? escaped(shown) : `${escaped(shown)}… [${left} more characters]`;

const MARK = 40;

/** One inert line for a mrkdwn text, at most `max` characters long. A shortened one says by how much. */
export function line(text: string, max = 400): string {
  const all = unformatted(visible(text).replaceAll(/\s+/gu, ' ').trim());
  const fits = cut(all, max);
  return fits.left === 0 ? escaped(all) : marked(cut(all, Math.max(0, max - MARK)));
}

/** An inert block quote for a mrkdwn text. Every line stays inside the quote. A shortened one says by how much. */
export function quoted(text: string, max = 2_000): string {
  const lines = unformatted(visible(text).trim())
    .split('\n')
    .map((one) => one.trimEnd())
    .filter((one) => one !== '');
  // Each line costs its `>` too.
  const all = cut(lines.join('\n'), Math.max(0, max - MARK - lines.length));
  return marked(all)
    .split('\n')
    .map((one) => `>${one}`)
    .join('\n');
}

/** Inert text of several lines, in pieces of at most `size` characters: all of it, nothing is left out. */
export function prose(text: string, size: number): string[] {
  const pieces: string[] = [];
  let rest = unformatted(visible(text)).trim();
  while (rest !== '') {
    const { shown, left } = cut(rest, size);
    const atLine = left === 0 ? -1 : shown.lastIndexOf('\n');
    const part = atLine > 0 ? shown.slice(0, atLine) : shown;
    pieces.push(escaped(part));
    rest = rest.slice(part.length).trimStart();
  }
  return pieces;
}

const FENCE = '```';

/** Text for a code block: exact but for hidden characters and runs of three backticks, which would end the block. */
const codeText = (text: string): string => visible(text).replaceAll(/`{3,}/gu, (run) => 'ˋ'.repeat(run.length));

/** Inert code blocks of at most `size` characters each, at most `count` of them, and how many characters are left out. */
export function fenced(text: string, size: number, count: number): { blocks: string[]; left: number } {
  let rest = codeText(text).trimEnd();
  const room = size - 2 * (FENCE.length + 1);
  const blocks: string[] = [];
  while (rest !== '' && blocks.length < count) {
    const { shown, left } = cut(rest, room);
    const atLine = left === 0 ? -1 : shown.lastIndexOf('\n');
    const part = atLine > 0 ? shown.slice(0, atLine) : shown;
    blocks.push(`${FENCE}\n${escaped(part)}\n${FENCE}`);
    rest = rest.slice(part.length + (atLine > 0 ? 1 : 0));
    if (part === '') break;
  }
  return { blocks, left: rest.length };
}

/** One inert line for a `plain_text` object, which knows no markup. A shortened one says by how much. */
export function plain(text: string, max: number): string {
  const all = visible(text)
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('`', 'ˋ')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  if (all.length <= max) return all;
  const { shown, left } = cut(all, max - 12);
  return `${shown}… (+${left})`;
}

/** Inline code; backticks inside it would end it. */
export const inlineCode = (text: string, max = 200): string => `\`${line(text, max).replaceAll('`', 'ˋ') || ' '}\``;
