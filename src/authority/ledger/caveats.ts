import type { AuthorityContext } from '../context.ts';
import { worded } from './checks/same.ts';

/** What nobody can show from here, in words: how much of the record's end stands in this database alone. */
export async function caveatsOf({ db, keeper }: Pick<AuthorityContext, 'db' | 'keeper'>): Promise<string[]> {
  const status = await keeper?.().status();
  const anchored = Math.max(0, ...(status?.anchors.map(({ checkpoint }) => checkpoint ?? 0) ?? []));
  if (anchored === 0)
    return [
      status && status.anchors.length > 0
        ? `tail not anchored: no anchor has a checkpoint yet (${status.anchors.map(({ name, problem }) => `${name}: ${problem ?? 'waiting'}`).join('; ')})`
        : 'tail not anchored: no copy of the chain heads is kept outside this database and the data folder (BELAY_ANCHORS)',
    ];
  const { entries, at } = (
    await db.selectFrom('checkpoints').select('record').where('number', '=', anchored).executeTakeFirstOrThrow()
  ).record;
  const { total } = await db
    .selectFrom('ledger_heads')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('seq'), eb.lit(0)).as('total'))
    .executeTakeFirstOrThrow();
  // The entry that says a checkpoint was sealed is always one behind.
  const behind = total - Number(entries) - 1;
  const failing = status?.anchors.filter(({ problem }) => problem !== null) ?? [];
  return [
    ...(behind > 0
      ? [`the last ${behind} entries, since checkpoint ${anchored} of ${worded(at)}, are not anchored yet`]
      : []),
    ...failing.map(({ name, problem }) => `the anchor ${name} fails: ${problem ?? ''}`),
  ];
}
