/** Control characters, and those that reorder text on a card: none belongs in a label, and a NUL cannot be stored. */
const BAD = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const BAD_BUT_LINES = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text from outside made safe to store and to show: bad characters become `�`, what is too long is cut with `…`. */
export function cleanText(text: string, limit: number, lines: 'one' | 'many' = 'one'): string {
  const clean = text.toWellFormed().replaceAll(lines === 'many' ? BAD_BUT_LINES : BAD, '\ufffd');
  if (clean.length <= limit) return clean;
  // Cutting between the halves of a character would leave half of one.
  return `${clean
    .slice(0, limit - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`;
}
