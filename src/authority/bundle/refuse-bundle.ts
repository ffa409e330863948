import { SYSTEM_CHAIN } from '../../domain/ledger.ts';
import { JsonObject } from '../../domain/json.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { LoadedBy } from './activate-bundle.ts';

/** Problems that a message names. */
const NAMED = 15;

/** A bundle that does not load: on record and announced with what is wrong. What was in force stays so. */
export async function refuseBundle(
  context: AuthorityContext,
  {
    problems,
    commit,
    by,
    inForce,
  }: { problems: readonly string[]; commit: string | null; by: LoadedBy; inForce: string },
): Promise<void> {
  const now = context.now();
  const more = problems.length > NAMED ? [`… and ${problems.length - NAMED} more; \`belay policy show\` has all`] : [];
  const text = [
    `Policy was NOT loaded (${by.how}, by ${by.person.name}): the one of before, ${inForce.slice(0, 19)}, stays in force`,
    ...problems.slice(0, NAMED).map((line) => `• ${line}`),
    ...more,
  ].join('\n');
  await context.db.transaction().execute(async (trx) => {
    const body = { problems, commit, by: by.person, how: by.how, inForce };
    await append(trx, now, SYSTEM_CHAIN, 'bundle.refused', JsonObject.parse(body));
    await enqueue(trx, now, 'announce', 'policy', { key: `refused-${now.getTime()}`, text });
  });
  context.poke();
}
