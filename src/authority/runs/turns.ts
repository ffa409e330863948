import { Failure } from '../../domain/failure.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun } from './known-run.ts';

/**
 * A turn belongs to the run it names, and the worker must know the Temporal chain of that run, which only the run itself
 * tells: a worker cannot put an answer into the mouth of a model for a run whose turns it was never given.
 */
async function ownTurn(trx: Trx, request: RequestOf<'findTurn'>): Promise<void> {
  const { run, turnId } = request;
  await openRun(trx, request);
  if (!turnId.startsWith(`${run}/`)) throw new Failure('stop.invalid-input', `turnId: ${turnId} is none of run ${run}`);
}

/** The answer of a turn that was taken before; null when it was not. */
export async function findTurn(
  context: AuthorityContext,
  request: RequestOf<'findTurn'>,
): Promise<ResponseOf<'findTurn'>> {
  return await context.db.transaction().execute(async (trx) => {
    await ownTurn(trx, request);
    const row = await trx.selectFrom('turns').select('result').where('id', '=', request.turnId).executeTakeFirst();
    return { result: row?.result ?? null };
  });
}

/** Keeps the answer of a turn; the first one stands. */
export async function recordTurn(
  context: AuthorityContext,
  request: RequestOf<'recordTurn'>,
): Promise<ResponseOf<'recordTurn'>> {
  const { run, turnId, result } = request;
  const { model, promptHash, usage, conversation, next } = result;
  await context.db.transaction().execute(async (trx) => {
    await ownTurn(trx, request);
    const inserted = await trx
      .insertInto('turns')
      .values({ id: turnId, run, result: JSON.stringify(result), recorded_at: context.now() })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst();
    const turn = { turn: turnId, model, promptHash, usage, conversation: conversation.id, next: next.kind };
    if (inserted) await append(trx, context.now(), run, 'model.turn', turn);
  });
  return {};
}
