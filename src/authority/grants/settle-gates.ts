import type { Trx } from '../../platform/database/connect.ts';
import { settleBatches } from '../batches/settle-batches.ts';
import { OWN_KINDS } from '../gates/gate-row.ts';
import { enqueue } from '../outbox/enqueue.ts';

/**
 * Brings the gates of a run up to what became of their chosen option: in doubt as soon as one action is, done when every
 * action has ended or, with `over`, when nothing more will begin. Their cards follow.
 */
export async function settleGates(trx: Trx, now: Date, run: string, over = false): Promise<void> {
  await settleBatches(trx, now, run, over);
  const gates = await trx
    .selectFrom('gates')
    .select(['id', 'state', 'options', 'chosen'])
    .where('run', '=', run)
    .where('state', 'in', ['executing', 'done', 'in-doubt'])
    .where('kind', 'not in', [...OWN_KINDS, 'batch'])
    // What a person did by hand has no intents, and is done.
    .where((eb) => eb.or([eb('special', 'is', null), eb('special', '!=', 'by-hand')]))
    .execute();
  const intents = await trx
    .selectFrom('intents')
    .select(['action', 'status'])
    .where('run', '=', run)
    .where('phase', '=', 'execute')
    .execute();
  for (const gate of gates) {
    const actions = gate.options.find((option) => option.id === gate.chosen)?.actions ?? [];
    const began = intents.filter((intent) => actions.some((action) => action.id === intent.action));
    const ended = began.filter((intent) => intent.status !== 'running').length;
    const settled = over || ended === actions.length ? ('done' as const) : ('executing' as const);
    const state = began.some((intent) => intent.status === 'in-doubt') ? ('in-doubt' as const) : settled;
    if (state !== gate.state) await trx.updateTable('gates').set({ state }).where('id', '=', gate.id).execute();
    await enqueue(trx, now, 'gate.card', gate.id);
  }
}
