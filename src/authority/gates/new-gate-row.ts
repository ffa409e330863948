import type { Insertable } from 'kysely';
import type { BlobRef } from '../../domain/blob.ts';
import type { GateKind, GateOption } from '../../domain/gate.ts';
import type { Plan, ProposedBy } from '../../domain/plan.ts';
import type { Requirement } from '../../domain/requirement.ts';
import type { GatesTable } from '../../platform/database/schema.ts';

/** What is settled of a gate before it opens. */
export interface NewGate {
  readonly id: string;
  readonly run: string;
  readonly ordinal: number;
  readonly kind: GateKind;
  readonly plan: Omit<Plan, 'options'>;
  readonly proposedBy: ProposedBy;
  readonly evidence: readonly BlobRef[];
  readonly options: readonly GateOption[];
  readonly requirement: Requirement;
  /** Who counts as having asked for it beside the run's requester. */
  readonly alsoAsked: readonly string[];
  /** What a gate of the authority's own is about. */
  readonly subject: string | null;
  /** The hash of the policy bundle it opens under. */
  readonly bundle: string;
}

/** When a gate that opens now expires. */
export const expiryOf = ({ expiresAfterMs }: Requirement, now: Date): Date => new Date(now.getTime() + expiresAfterMs);

/** The row of a gate that opens now: nobody has been asked, reminded or heard. */
export const newGateRow = (gate: NewGate, now: Date): Insertable<GatesTable> => ({
  id: gate.id,
  run: gate.run,
  ordinal: gate.ordinal,
  kind: gate.kind,
  state: 'open',
  plan: JSON.stringify(gate.plan),
  proposed_by: JSON.stringify(gate.proposedBy),
  evidence: JSON.stringify(gate.evidence),
  options: JSON.stringify(gate.options),
  requirement: JSON.stringify(gate.requirement),
  chosen: null,
  reason: null,
  card: null,
  escalated_to: '[]',
  reminded: 0,
  bundle: gate.bundle,
  revision: null,
  special: null,
  also_asked: JSON.stringify(gate.alsoAsked),
  subject: gate.subject,
  opened_at: now,
  expires_at: expiryOf(gate.requirement, now),
  decided_at: null,
});
