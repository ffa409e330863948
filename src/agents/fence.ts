import { cleanText } from './clean-text.ts';

/** The fence is always the same, so that a prompt is: what keeps it shut is that content cannot spell it. */
const FENCE = /<(?=\s*\/?\s*(?:untrusted|task|feedback)\b)|[＜﹤〈‹](?=\s*[/／∕]?\s*(?:untrusted|task|feedback)\b)/giu;

/** Characters of one piece of content that a model is shown; of more, the start and the end. */
export const MAX_CONTENT_CHARACTERS = 16_000;
const TAIL_CHARACTERS = 4_000;

/** Puts text from outside between `<untrusted>` (what was read), `<task>` (what is asked) or `<feedback>` (what an approver said of a plan) and makes it unable to leave. */
export function fence(tag: 'untrusted' | 'task' | 'feedback', content: string): string {
  return `<${tag}>\n${shorten(cleanText(content)).replace(FENCE, '&lt;')}\n</${tag}>`;
}

function shorten(text: string): string {
  if (text.length <= MAX_CONTENT_CHARACTERS) return text;
  const head = text.slice(0, MAX_CONTENT_CHARACTERS - TAIL_CHARACTERS).toWellFormed();
  const tail = text.slice(-TAIL_CHARACTERS).toWellFormed();
  return `${head}\n[… ${text.length - MAX_CONTENT_CHARACTERS} characters left out …]\n${tail}`;
}
