import type { AuthorityContext } from '../context.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';

/**
 * Gives a lease back: its holder stopped by itself and knows that nothing of the attempt is under way any more, but for
 * what the system goes on with. The intent stays open, so that the next attempt looks before it acts; an older fence
 * gives back nothing.
 */
export async function releaseLease(
  context: AuthorityContext,
  { action, phase, fence }: RequestOf<'release'>,
): Promise<ResponseOf<'release'>> {
  await context.db
    .updateTable('intents')
    .set({ lease_until: context.now() })
    .where('action', '=', action)
    .where('phase', '=', phase)
    .where('fence', '=', fence)
    .where('status', '=', 'running')
    .execute();
  return {};
}
