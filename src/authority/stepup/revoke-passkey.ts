import { nameOfIdentity } from '../../domain/directory.ts';
import { SYSTEM_CHAIN } from '../../domain/ledger.ts';
import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { refuse, type Refused } from './refusal.ts';

/** Enough of an id to mean one, and too much to hit one by accident. */
const LEAST = 8;

/**
 * Ends a passkey: it proves nothing new from now on, and what it proved before stands. At the terminal anybody's; in a
 * browser one's own. `id` may be its beginning. Ending one that is over changes nothing.
 */
export async function revokePasskey(
  context: AuthorityContext,
  id: string,
  by: Person,
  reason: string,
): Promise<{ id: string; person: string } | Refused> {
  const answer = await context.db.transaction().execute(async (trx) => {
    const rows = (await trx.selectFrom('passkeys').select(['id', 'person', 'revoked_at']).forUpdate().execute()).filter(
      (row) => row.id === id || (id.length >= LEAST && row.id.startsWith(id)),
    );
    const [row, second] = rows;
    const own = nameOfIdentity(context.bundle().directory, by.id);
    const anybodys = by.door === 'cli' || by.door === 'terminal';
    if (!row || (!anybodys && row.person !== own))
      return refuse(404, `There is no passkey ${id.slice(0, 20)} of yours; \`belay passkey list\` shows them.`);
    if (second) return refuse(409, `Several passkeys begin with ${id}; give more of it.`);
    if (row.revoked_at === null) {
      const now = context.now();
      await trx.updateTable('passkeys').set({ revoked_at: now }).where('id', '=', row.id).execute();
      const number = await nextNumber(trx, 'passkey.revoked', SYSTEM_CHAIN, row.id);
      const { person } = row;
      await append(trx, now, SYSTEM_CHAIN, 'passkey.revoked', { id: row.id, person, by, reason, number });
      const text = `${by.name} revoked a passkey of ${person}${reason ? `: ${reason}` : ''}.`;
      await enqueue(trx, now, 'announce', 'passkeys', { key: `revoked-${number}`, text });
    }
    return { id: row.id, person: row.person };
  });
  context.poke();
  return answer;
}
