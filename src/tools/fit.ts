/** Facts are at most 16 KiB as JSON; a list takes this much of them. */
const MAX_BYTES = 14 * 1024;

/** The first items, at most `max`, and no more than fit into a tool's facts. The count of all of them belongs beside it. */
export function fit<T>(items: readonly T[], max: number): T[] {
  const kept: T[] = [];
  let bytes = 0;
  for (const item of items.slice(0, max)) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > MAX_BYTES) break;
    kept.push(item);
  }
  return kept;
}
