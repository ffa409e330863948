/** A unified diff without the indentation that all its lines share: on a phone it breaks every line in two. */
export function leftAligned(diff: string): string {
  const lines = diff.split('\n');
  const isHunk = (line: string) => /^[ +-](?![+-]{2} )/u.test(line) && line.trim().length > 1;
  const indents = lines.filter(isHunk).map((line) => /^. */u.exec(line)?.[0].length ?? 1);
  const shared = Math.min(...indents) - 1;
  if (indents.length === 0 || shared <= 0) return diff;
  return lines.map((line) => (isHunk(line) ? `${line.slice(0, 1)}${line.slice(1 + shared)}` : line)).join('\n');
}
