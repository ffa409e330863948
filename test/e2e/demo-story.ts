import type { BelayProgram } from './belay-program.ts';

/** The events of a demo that is approved, in the order the contract names; others may stand between. */
export const STORY: readonly string[] = [
  'up',
  'broken',
  'alert.accepted',
  'run.started',
  'plan.proposed',
  'gate.opened',
  'gate.decided',
  'action.executed',
  'run.verified',
  'run.finished',
  'ledger.verified',
];

export type DemoEvent = Record<string, unknown> & { readonly event: string };

export const eventsOf = (demo: Pick<BelayProgram, 'lines'>): DemoEvent[] =>
  demo.lines().flatMap((line) => (typeof line['event'] === 'string' ? [{ ...line, event: line['event'] }] : []));

/** As much of `wanted` as happened in that order. */
export function inOrder(events: readonly DemoEvent[], wanted: readonly string[]): string[] {
  const met: string[] = [];
  for (const { event } of events) if (event === wanted[met.length]) met.push(event);
  return met;
}
