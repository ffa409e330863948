import { Checkpoint, checkpointPart } from '../../domain/checkpoint.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { SigningKey } from '../keys/signing-key.ts';

/** The newest sealed checkpoint that carries the authority's signature; others are passed over, `verify` names them. */
export async function lastCheckpoint(
  db: Database | Trx,
  key: Pick<SigningKey, 'verify'>,
): Promise<Checkpoint | undefined> {
  // One that was forged or spoilt cannot hide the good one before it for long: checkpoints come hourly.
  const rows = await db.selectFrom('checkpoints').select('record').orderBy('number', 'desc').limit(20).execute();
  for (const { record } of rows) {
    const { data } = Checkpoint.safeParse(record);
    if (data && key.verify(checkpointPart(data), data.keyId, data.signature)) return data;
  }
  return undefined;
}
