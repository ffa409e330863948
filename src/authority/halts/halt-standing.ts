import type { Selectable } from 'kysely';
import { haltPart, type Lift, liftPart } from '../../domain/halt.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { HaltsTable } from '../../platform/database/schema.ts';
import type { SigningKey } from '../keys/signing-key.ts';

export type HaltRow = Selectable<HaltsTable>;

const liftHolds = (key: SigningKey, { id }: HaltRow, lift: Lift | null, lifted: number | undefined): boolean =>
  lift !== null && lift.halt === id && lift.number === lifted && key.verify(liftPart(lift), lift.keyId, lift.signature);

/**
 * The halts that stand, as far as a grant may believe the database: by the rows and by the sequence. A halt that was
 * begun and has no row, one whose row says something else than the authority signed, and one that is lifted without the
 * authority's signed word for it make the record `broken`: nobody lifts or narrows a halt by an update.
 */
export async function haltStanding(
  trx: Trx,
  key: SigningKey,
): Promise<{ inForce: readonly HaltRow[] } | { broken: string }> {
  const numbers = await trx
    .selectFrom('sequence')
    .select(['number', 'kind', 'subject'])
    .where('kind', 'in', ['halt.begun', 'halt.lifted'])
    .execute();
  const rows = await trx.selectFrom('halts').selectAll().orderBy('at').execute();
  const lost = numbers.find(({ subject }) => !rows.some(({ id }) => id === subject));
  if (lost) return { broken: `halt ${lost.subject} (number ${lost.number}) is gone from the database` };
  for (const row of rows) {
    const { id, key_id: keyId, signature } = row;
    if (!key.verify(haltPart({ ...row, at: row.at.toISOString() }), keyId, signature))
      return { broken: `halt ${id} is not as it was signed` };
    const numberOf = (kind: string) => numbers.find((one) => one.kind === kind && one.subject === id)?.number;
    if (numberOf('halt.begun') !== row.number) return { broken: `halt ${id} has no number in the sequence` };
    const lifted = numberOf('halt.lifted');
    if (row.lifted_at === null && lifted === undefined) continue;
    if (!liftHolds(key, row, row.lift, lifted) || row.lifted_at === null)
      return { broken: `halt ${id} is lifted in the database, and nobody lifted it` };
  }
  return { inForce: rows.filter((row) => row.lifted_at === null) };
}
