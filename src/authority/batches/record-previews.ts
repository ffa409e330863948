import { actionDigest, Preview } from '../../domain/action.ts';
import { Failure } from '../../domain/failure.ts';
import { actionIdOf } from '../../domain/ids.ts';
import { queueOf } from '../../domain/queue.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { voidGatesOf } from '../gates/close-gate.ts';
import { refuseSecrets, refuseUnnamed, writeActions } from '../grants/preview.ts';
import { append } from '../ledger/append.ts';
import { setLookedAt } from '../lists/set-items.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun } from '../runs/known-run.ts';

type Seen = { readonly position: number; readonly preview: Preview };

/** What each item says would be done with it must be what was previewed: a worker fills in no other. */
async function refuseForeign(trx: Trx, run: string, list: string, queue: string, seen: readonly Seen[]): Promise<void> {
  const rows = await trx
    .selectFrom('list_items')
    .select(['position', 'key', 'item'])
    .where('run', '=', run)
    .where('list', '=', list)
    .where(
      'position',
      'in',
      seen.map(({ position }) => position),
    )
    .execute();
  for (const { position, preview } of seen) {
    const row = rows.find((one) => one.position === position);
    const { target, tool } = preview;
    const fits = row?.item.action?.tool === tool && row.key === target.key;
    if (!fits || queueOf(target.system, target.connection) !== queue)
      throw new Failure(
        'stop.forbidden',
        `item ${position} of list ${list} is not what ${tool} on ${target.key} is about`,
      );
  }
}

/** Whether something else is there under one of these ids than what is brought now; what began stays as it was. */
async function changed(trx: Trx, rows: readonly { id: string; digest: string }[]): Promise<'no' | 'yes' | 'begun'> {
  const ids = rows.map(({ id }) => id);
  const before = await trx.selectFrom('actions').select(['id', 'digest']).where('id', 'in', ids).execute();
  const other = before.filter(({ id, digest }) => rows.some((row) => row.id === id && row.digest !== digest));
  if (other.length === 0) return 'no';
  const begun = await trx.selectFrom('intents').select('action').where('action', 'in', ids).executeTakeFirst();
  return begun ? 'begun' : 'yes';
}

/** Takes what a tools worker saw of many items: an action for each, or why there is none. Repeated it changes nothing. */
export async function recordPreviews(
  context: AuthorityContext,
  request: RequestOf<'previews'>,
): Promise<ResponseOf<'previews'>> {
  const { list, base, system, connection } = request;
  // Digests are taken over the stored form, so what may be left out is filled in before anything looks at it.
  const seen = request.previews.flatMap((one) =>
    'preview' in one ? [{ position: one.position, preview: Preview.parse(one.preview) }] : [],
  );
  const problems = request.previews.flatMap((one) => ('problem' in one ? [one] : []));
  for (const { preview } of seen) await refuseSecrets(preview);
  const now = context.now();
  await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    for (const tool of new Set(seen.map(({ preview }) => preview.tool))) refuseUnnamed(context, run.runbook, tool);
    const rows = seen.map(({ position, preview }) => ({
      id: actionIdOf(run.id, base + position),
      digest: actionDigest(preview),
      position,
      sentence: preview.sentence,
    }));
    if (seen.length > 0) {
      await refuseForeign(trx, run.id, list, queueOf(system, connection), seen);
      const change = await changed(trx, rows);
      if (change === 'begun') return;
      if (change === 'yes')
        await voidGatesOf(trx, now, run.id, `Items of ${list} are something else now than what was shown.`);
      if (change === 'yes') await enqueue(trx, now, 'run.wake', run.id);
    }
    await writeActions(
      trx,
      context,
      run.id,
      seen.map(({ position, preview }) => ({ sequence: base + position, preview })),
    );
    await setLookedAt(trx, { run: run.id, list }, [
      ...rows.map(({ id, position }) => ({ position, action: id, problem: null })),
      ...problems.map(({ position, problem }) => ({ position, action: null, problem })),
    ]);
    await append(trx, now, run.id, 'items.previewed', {
      list,
      previews: rows.map(({ id, digest, sentence }) => ({ action: id, digest, sentence })),
      problems: problems.map(({ position, problem }) => ({ position, problem })),
    });
  });
  context.poke();
  return {};
}
