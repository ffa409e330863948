import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RunRow } from './known-run.ts';

/** Pages who has to know of a run that went wrong: whoever decided on it, and the leads of the groups it asked. */
export async function pageResponsible(
  trx: Trx,
  context: AuthorityContext,
  run: Pick<RunRow, 'id'>,
  key: string,
  text: string,
): Promise<void> {
  const { groups } = context.bundle().directory;
  const gates = await trx.selectFrom('gates').select(['id', 'requirement']).where('run', '=', run.id).execute();
  const leads = gates.flatMap((gate) => gate.requirement.needs.flatMap(({ group }) => groups[group]?.leads ?? []));
  const decided = await trx
    .selectFrom('decisions')
    .innerJoin('gates', 'gates.id', 'decisions.gate')
    .select('decisions.person')
    .where('gates.run', '=', run.id)
    .execute();
  const people = [...new Set([...decided.map(({ person }) => person), ...leads])];
  if (people.length > 0) await enqueue(trx, context.now(), 'page', run.id, { key, text, people });
}
