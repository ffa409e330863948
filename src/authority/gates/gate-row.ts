import type { Selectable } from 'kysely';
import type { GateKind } from '../../domain/gate.ts';
import type { GatesTable } from '../../platform/database/schema.ts';

export type GateRow = Selectable<GatesTable>;

/** A gate of the authority's own: no workflow attends it, nothing of a plan begins under it, and it outlives its run. */
export type OwnKind = Extract<GateKind, 'resume' | 'doubt' | 'review'>;

export const OWN_KINDS: readonly OwnKind[] = ['resume', 'doubt', 'review'];

export const isOwn = (gate: Pick<GateRow, 'kind'>): boolean => OWN_KINDS.some((kind) => kind === gate.kind);
