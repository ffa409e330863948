import type { Trx } from '../../platform/database/connect.ts';
import { readKind } from '../ledger/read.ts';
import type { RunRow } from '../runs/known-run.ts';
import type { ActionRow, Approval } from './approval.ts';
import { type Refused, refused } from './refused.ts';

type Intents = readonly { action: string; phase: string; status: string }[];

/** What the run itself said last of taking this action back; it says so in its own name, never through Temporal alone. */
async function saidWhy(trx: Trx, { id, run }: ActionRow, gate: string): Promise<unknown> {
  const said = (await readKind(trx, run, 'run.undoing')).filter(({ body }) => {
    const { actions } = body;
    return body['gate'] === gate || (Array.isArray(actions) && actions.includes(id));
  });
  return said.at(-1)?.body['why'];
}

/**
 * Why an action that took effect may be taken back, by what the authority itself knows: a person cancelled the run, its
 * verification failed, or the option it belongs to is half-done. A run that was stopped in Temporal takes back what
 * nobody verified yet. Whoever merely can schedule an activity cannot undo what is healthy.
 */
async function reasonToUndo(
  trx: Trx,
  action: ActionRow,
  run: RunRow,
  { gate, option }: Approval,
  intents: Intents,
): Promise<boolean> {
  if (run.cancel !== null || run.verdict === 'failed') return true;
  const ended = (id: string) => intents.find((one) => one.action === id && one.phase === 'execute')?.status;
  const why = await saidWhy(trx, action, gate.id);
  // Items of a batch stand for themselves: that another failed is no reason to take back this one.
  if (option.batch) return why === 'cancelled' && run.verdict === null;
  const states = option.actions.map(({ id }) => ended(id));
  if (states.some((status) => status === 'failed' || status === 'in-doubt')) return true;
  // Refused or never begun: no intent tells of it, so the run's own word is needed beside what is visibly missing.
  if (why === 'stopped') return states.some((status) => status !== 'done');
  return why === 'cancelled' && run.verdict === null;
}

/** Whether an action took effect, is the last that did, is asked to be taken back, and would be by what was recorded. */
export async function undoProblem(
  trx: Trx,
  action: ActionRow,
  run: RunRow,
  approval: Approval,
): Promise<Refused | undefined> {
  const ids = approval.option.batch ? [action.id] : approval.option.actions.map(({ id }) => id);
  const intents = await trx
    .selectFrom('intents')
    .select(['action', 'phase', 'status'])
    .where('action', 'in', ids)
    .execute();
  const statusOf = (id: string, phase: string) =>
    intents.find((one) => one.action === id && one.phase === phase)?.status;
  if (statusOf(action.id, 'execute') !== 'done')
    return refused('undo-without-effect', `${action.id} has no effect to take back`);
  if (!(await reasonToUndo(trx, action, run, approval, intents)))
    return refused(
      'undo-unasked',
      `nothing on record asks for ${action.id} to be taken back: nobody cancelled run ${run.id}, its verification did not fail, and nothing after it did; cancel the run to have it undone`,
    );
  const later = ids.slice(ids.indexOf(action.id) + 1).find((id) => {
    const status = statusOf(id, 'execute');
    return status === 'running' || (status === 'done' && statusOf(id, 'undo') !== 'done');
  });
  return later === undefined
    ? undefined
    : refused('undo-unasked', `${later} came after ${action.id} and is in effect; it is taken back first`);
}
