import type { Requirement } from '../../domain/requirement.ts';
import type { GateRow } from './gate-row.ts';

/** A run looks at least this often, whatever is due: wakes can be lost with Temporal's own state. */
const LOOK_AT_LEAST_MS = 6 * 3600_000;

/** Until when a gate may be decided: as it said when it opened, or earlier where policy is stricter now. */
export const expiryOf = (gate: Pick<GateRow, 'opened_at' | 'expires_at'>, rule: Requirement): Date =>
  new Date(Math.min(gate.expires_at.getTime(), gate.opened_at.getTime() + rule.expiresAfterMs));

/** Until when a complete approval may be used for the first time; undefined while there is none. */
export const validUntil = (gate: Pick<GateRow, 'state' | 'decided_at'>, rule: Requirement): Date | undefined =>
  gate.state === 'approved' && gate.decided_at ? new Date(gate.decided_at.getTime() + rule.validForMs) : undefined;

/** Milliseconds until something is due on a gate. One second at least: two clocks need not agree. */
export function lookAgainMs(gate: GateRow, rule: Requirement, now: Date): number {
  const opened = gate.opened_at.getTime();
  const escalation = rule.escalate.find(({ group }) => !gate.escalated_to.includes(group));
  const due = [
    (rule.remindAfterMs[gate.reminded] ?? Infinity) + opened,
    (escalation?.afterMs ?? Infinity) + opened,
    (validUntil(gate, rule) ?? expiryOf(gate, rule)).getTime(),
  ];
  return Math.max(1000, Math.min(Math.min(...due) - now.getTime(), LOOK_AT_LEAST_MS));
}
