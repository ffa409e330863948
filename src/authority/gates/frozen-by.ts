import type { Selectable } from 'kysely';
import { covers, scopeText } from '../../domain/halt.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { HaltsTable } from '../../platform/database/schema.ts';
import { haltsInForce } from '../halts/halt-over.ts';
import type { RunRow } from '../runs/known-run.ts';
import { type GateRow, isOwn } from './gate-row.ts';

/**
 * Why nothing of a gate would be carried out now, in words: what halts it. The authority's own gates carry nothing out;
 * what is known of the world is said, and reviewed, also during a halt. `halts` spares reading them for each of many.
 */
export async function frozenBy(
  db: Database | Trx,
  gate: Pick<GateRow, 'kind' | 'options'>,
  run: Pick<RunRow, 'runbook'>,
  halts?: readonly Selectable<HaltsTable>[],
): Promise<string | null> {
  if (isOwn(gate)) return null;
  const inForce = halts ?? (await haltsInForce(db));
  const actions = gate.options.flatMap(({ actions, batch }) =>
    // What halts a single item of a batch is found when it is granted; a card is frozen where a whole kind of it is.
    batch ? batch.kinds.map(({ key }) => ({ tool: batch.tool, target: { key } })) : actions,
  );
  const subjects = actions.length > 0 ? actions : [{ tool: '', target: { key: '' } }];
  const halt = inForce.find(({ scope }) =>
    subjects.some(({ tool, target }) => covers(scope, { runbook: run.runbook, tool, targetKey: target.key })),
  );
  return halt ? `${scopeText(halt.scope)} halted by ${halt.by.name}: ${halt.reason}` : null;
}
