import type { Trx } from '../../platform/database/connect.ts';

/** More than this is counted and not named: a batch may have done thousands. */
const MOST_NAMED = 10;

/**
 * What a run did that is still there or may be, one sentence each with how to take it back, by the journal and what the
 * tools workers saw; nothing a workflow or a model wrote. Empty when there is none.
 */
export async function inEffect(trx: Trx, run: string): Promise<string> {
  const rows = await trx
    .selectFrom('intents')
    .innerJoin('actions', 'actions.id', 'intents.action')
    .select(['intents.action', 'intents.phase', 'intents.status', 'actions.preview'])
    .where('intents.run', '=', run)
    .orderBy('actions.seq')
    .execute();
  const undoOf = (action: string) => rows.find((row) => row.action === action && row.phase === 'undo')?.status;
  const lines = rows
    .filter((row) => row.phase === 'execute' && row.status !== 'failed' && undoOf(row.action) !== 'done')
    .map(({ action, status, preview: { sentence, undo } }) => {
      const sure = status === 'done' && undoOf(action) !== 'in-doubt';
      const back = undo === null ? 'it cannot be taken back' : `to take it back: ${undo}`;
      return `${sure ? 'In effect' : 'Perhaps in effect'}: ${action}, ${sentence} (${back}).`;
    });
  const more = lines.length - MOST_NAMED;
  return [...lines.slice(0, MOST_NAMED), ...(more > 0 ? [`And ${more} more: belay show ${run}.`] : [])].join(' ');
}
