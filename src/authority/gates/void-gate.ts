import type { AuthorityContext } from '../context.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { closeGate } from './close-gate.ts';
import { ownGate } from './own-gate.ts';

/** Withdraws a gate that no longer makes sense. */
export async function voidGate(
  context: AuthorityContext,
  request: RequestOf<'voidGate'>,
): Promise<ResponseOf<'voidGate'>> {
  const { gate } = await ownGate(context, request);
  const state = await context.db
    .transaction()
    .execute((trx) => closeGate(trx, context.now(), gate.id, 'void', request.reason));
  context.poke();
  return { state };
}
