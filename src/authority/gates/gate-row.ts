import type { Selectable } from 'kysely';
import { isOwnKind, OwnKind } from '../../domain/gate.ts';
import type { GatesTable } from '../../platform/database/schema.ts';

export type GateRow = Selectable<GatesTable>;

export const OWN_KINDS: readonly OwnKind[] = OwnKind.options;

export const isOwn = (gate: Pick<GateRow, 'kind'>): boolean => isOwnKind(gate.kind);
