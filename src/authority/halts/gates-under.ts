import { covers, type Scope } from '../../domain/halt.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { OWN_KINDS } from '../gates/gate-row.ts';

/** The gates that a scope freezes or frees: those that still wait, or wait to be used. */
export async function gatesUnder(trx: Trx, scope: Scope): Promise<string[]> {
  const gates = await trx
    .selectFrom('gates')
    .innerJoin('runs', 'runs.id', 'gates.run')
    .select(['gates.id', 'gates.options', 'runs.runbook'])
    .where('gates.state', 'in', ['open', 'frozen', 'approved'])
    .where('gates.kind', 'not in', OWN_KINDS)
    .orderBy('gates.opened_at')
    .execute();
  return gates.flatMap(({ id, options, runbook }) => {
    const actions = options.flatMap((option) => option.actions);
    const subjects = actions.length > 0 ? actions : [{ tool: '', target: { key: '' } }];
    return subjects.some(({ tool, target }) => covers(scope, { runbook, tool, targetKey: target.key })) ? [id] : [];
  });
}
