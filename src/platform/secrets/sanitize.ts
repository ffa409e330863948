import { stripVTControlCharacters } from 'node:util';

/**
 * Characters that change how text reads without being seen: control characters, bidi overrides, zero-width ones, tags, and
 * the variation selectors that can carry hidden text. Line feed and tab stay.
 */
const UNSEEN = /[\p{Cf}\u{e0100}-\u{e01ef}]|(?![\n\t])\p{Cc}/gu;

/**
 * Foreign text made safe to show: no terminal sequences, nothing invisible, well-formed, at most `maxBytes` of UTF-8. Too
 * long text keeps its beginning and its end around a mark that says how much is missing: a log's reason is at its end.
 */
export function sanitize(text: string, maxBytes: number): string {
  const plain = stripVTControlCharacters(text)
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll(UNSEEN, '')
    .toWellFormed();
  const bytes = Buffer.from(plain);
  if (bytes.length <= maxBytes) return plain;
  const mark = (left: number) => `\n[… ${left} bytes left out]\n`;
  const room = maxBytes - Buffer.byteLength(mark(bytes.length));
  if (room <= 0)
    return mark(bytes.length)
      .trim()
      .slice(0, Math.max(0, maxBytes - 2));
  const head = boundary(bytes, Math.ceil(room / 2));
  const tail = boundary(bytes, bytes.length - Math.floor(room / 2), 1);
  return bytes.toString('utf8', 0, head) + mark(tail - head) + bytes.toString('utf8', tail);
}

/** The nearest place that splits no character, searching backwards, or forwards with `step` 1. */
function boundary(bytes: Buffer, at: number, step: 1 | -1 = -1): number {
  let place = at;
  // UTF-8 continuation bytes are 10xxxxxx.
  while (place > 0 && place < bytes.length && ((bytes[place] ?? 0) & 0xc0) === 0x80) place += step;
  return place;
}
