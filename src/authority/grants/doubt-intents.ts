import type { Phase } from '../../domain/action.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { append } from '../ledger/append.ts';
import { settleGates } from './settle-gates.ts';

/**
 * What a run had begun and nobody recorded is in doubt from now on, and its gates say so; `only` one side effect where
 * others go on beside it. With `over` the gates also say that nothing more will begin. Returns how many. Whoever holds the
 * fence may still tell what became of it.
 */
export async function doubtIntents(
  trx: Trx,
  now: Date,
  run: string,
  why: string,
  { over, only }: { over: boolean; only?: { action: string; phase: Phase } },
): Promise<number> {
  const begun = await trx
    .updateTable('intents')
    .set({ status: 'in-doubt', ended_at: now })
    .where('run', '=', run)
    .where('status', '=', 'running')
    .$if(only !== undefined, (query) =>
      query.where('action', '=', only?.action ?? '').where('phase', '=', only?.phase ?? 'execute'),
    )
    .returning(['action', 'phase', 'digest'])
    .execute();
  for (const { action, phase, digest } of begun)
    await append(trx, now, run, 'action.in-doubt', { action, phase, digest, summary: why });
  await settleGates(trx, now, run, over);
  return begun.length;
}
