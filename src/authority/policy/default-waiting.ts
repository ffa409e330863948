import ms from 'ms';

/** How a gate waits where policy says nothing: a week, reminding in time; it never denies silently within minutes. */
export const DEFAULT_WAITING = { expiresAfterMs: ms('7d'), validForMs: ms('1h'), remindAfterMs: ms('30m') };

/** Each later reminder comes when a gate has waited this many times as long as at the one before. */
const SLOWER = 4;

/** When to remind, counted from opening: `first`, four times that, and so on, as long as the gate waits. */
export function reminders(first: number, until: number): number[] {
  const all: number[] = [];
  for (let at = first; at < until; at *= SLOWER) all.push(at);
  return all;
}
