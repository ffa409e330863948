/** Foreign text as one line of at most `max` characters, for messages. */
export function oneLine(text: string, max: number): string {
  const line = text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}
