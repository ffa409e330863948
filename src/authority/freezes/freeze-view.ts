import type { Freeze } from '../../domain/halt.ts';
import type { FreezeRow } from './freezes-over.ts';

/** A freeze of people's, as every view shows it. */
export const freezeView = ({ id, scope, starts_at, ends_at, reason, by, lifted_at }: FreezeRow): Freeze => ({
  id,
  scope,
  from: starts_at.toISOString(),
  to: ends_at.toISOString(),
  reason,
  by,
  liftedAt: lifted_at?.toISOString() ?? null,
  source: 'belay',
});
