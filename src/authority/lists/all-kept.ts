import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { keepsOver } from './keeps-over.ts';

/** Whether nothing of the list is left to be asked about. Signatures are looked at only when by the rows there is nothing. */
export async function allKept(
  trx: Trx,
  context: AuthorityContext,
  runbook: string,
  { run, list }: { run: string; list: string },
): Promise<boolean> {
  const ofList = trx.selectFrom('list_items').where('list_items.run', '=', run).where('list_items.list', '=', list);
  const unkept = await ofList
    .leftJoin('keeps', (join) =>
      join
        .onRef('keeps.key', '=', 'list_items.key')
        .on('keeps.runbook', '=', runbook)
        .on('keeps.until', '>', context.now()),
    )
    .where('keeps.id', 'is', null)
    .select('list_items.key')
    .limit(1)
    .executeTakeFirst();
  if (unkept) return false;
  const keys = (await ofList.select('key').execute()).map(({ key }) => key);
  const kept = await keepsOver(trx, context, runbook, keys);
  return keys.every((key) => kept.has(key));
}
