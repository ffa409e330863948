import type { ChainHead } from '../../../domain/chain-head.ts';
import type { ExportScope } from '../../../domain/ledger-bundle.ts';
import { SYSTEM_CHAIN } from '../../../domain/ledger.ts';
import type { Database } from '../../../platform/database/connect.ts';

/**
 * The chains an export carries, as far as they go now: whole ones, since only from its beginning can a chain be checked.
 * For a period also the chain of what belongs to no run: bundles, keys, passkeys, checkpoints.
 */
export async function chainsOf(db: Database, scope: ExportScope): Promise<ChainHead[]> {
  const heads = db
    .selectFrom('ledger_heads')
    .select(['run as chain', 'seq', 'hash'])
    .where('seq', '>', 0)
    .orderBy('run');
  if ('run' in scope) return await heads.where('run', '=', scope.run).execute();
  // Times are text of one length in UTC, so they compare as text.
  const touched = db.selectFrom('ledger').select('run').where('at', '>=', scope.from).where('at', '<', scope.to);
  return await heads.where((eb) => eb.or([eb('run', 'in', touched), eb('run', '=', SYSTEM_CHAIN)])).execute();
}
