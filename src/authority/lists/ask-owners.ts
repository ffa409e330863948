import { Failure } from '../../domain/failure.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun, type RunRow } from '../runs/known-run.ts';
import { newsOf } from '../runs/news.ts';
import { itemsOf } from './close-list.ts';
import { keepsOver } from './keeps-over.ts';
import { byOwner } from './owners-of.ts';

/** A run looks at least this often, whatever is due: wakes can be lost with Temporal's own state. */
const LOOK_AT_LEAST_MS = 6 * 3600_000;

const listRow = (trx: Trx, run: string, name: string) =>
  trx.selectFrom('lists').selectAll().where('run', '=', run).where('name', '=', name).executeTakeFirst();

/** Tells each owner once per round; who keeps all of theirs already is left in peace. */
async function tellOwners(
  trx: Trx,
  context: AuthorityContext,
  run: RunRow,
  list: string,
  round: number,
): Promise<number> {
  const items = await itemsOf(trx, run.id, list);
  const kept = await keepsOver(
    trx,
    context,
    run.runbook,
    items.map(({ key }) => key),
  );
  const open = items.filter(({ key }) => !kept.has(key));
  const owners = [...byOwner(context.bundle().directory, open).keys()];
  for (const owner of owners)
    await enqueue(trx, context.now(), 'ask', run.id, { list, owner, key: `ask-${list}-${round}-${owner ?? ''}` });
  return owners.length;
}

/** What waiting on a list comes to now: over at the end of its grace, or when nobody is left to answer. */
async function waitingOn(
  trx: Trx,
  context: AuthorityContext,
  run: RunRow,
  name: string,
): Promise<ResponseOf<'attendList'>> {
  const now = context.now();
  const row = await listRow(trx, run.id, name);
  const ends = row?.grace_ends_at;
  if (!row || !ends || !row.asked_at) throw new Failure('stop.invalid-input', `list: nobody was asked about ${name}`);
  const every = row.remind_every_ms ?? Infinity;
  const nextReminder = row.asked_at.getTime() + every * (row.reminded + 1);
  const items = await itemsOf(trx, run.id, name);
  const kept = await keepsOver(
    trx,
    context,
    run.runbook,
    items.map(({ key }) => key),
  );
  const over = ends <= now || items.every(({ key }) => kept.has(key));
  const due = Math.min(ends.getTime(), nextReminder) - now.getTime();
  return { over, lookAgainMs: Math.max(1000, Math.min(due, LOOK_AT_LEAST_MS)), news: await newsOf(trx, run) };
}

/**
 * Tells the owners of a list's items what will happen and when, and that they may keep them; asked again it only says how
 * long to wait. Answers are rows, not messages to the run: it sleeps until a reminder is due, the grace ends, or nobody is
 * left to answer.
 */
export async function askOwners(
  context: AuthorityContext,
  request: RequestOf<'askOwners'>,
): Promise<ResponseOf<'askOwners'>> {
  const { list, what, graceMs, remindMs } = request;
  const now = context.now();
  const answer = await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    const row = await listRow(trx, run.id, list);
    if (!row?.closed_at) throw new Failure('stop.invalid-input', `list: ${list} is not closed`);
    if (!row.asked_at) {
      const ends = new Date(now.getTime() + graceMs);
      await trx
        .updateTable('lists')
        .set({ asked_at: now, grace_ends_at: ends, remind_every_ms: remindMs, asks: what })
        .where('run', '=', run.id)
        .where('name', '=', list)
        .execute();
      await trx
        .updateTable('runs')
        .set({ state: 'waiting' })
        .where('id', '=', run.id)
        .where('state', '=', 'running')
        .execute();
      const owners = await tellOwners(trx, context, run, list, 0);
      await append(trx, now, run.id, 'list.asked', { list, what, until: ends.toISOString(), owners });
    }
    return await waitingOn(trx, context, run, list);
  });
  context.poke();
  return answer;
}

/** What became of waiting, after reminding those who are due. What was due several times meanwhile is one reminder. */
export async function attendList(
  context: AuthorityContext,
  request: RequestOf<'attendList'>,
): Promise<ResponseOf<'attendList'>> {
  const { list } = request;
  const now = context.now();
  const answer = await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    const row = await listRow(trx, run.id, list);
    if (row?.asked_at && row.remind_every_ms && row.grace_ends_at && row.grace_ends_at > now) {
      const due = Math.floor((now.getTime() - row.asked_at.getTime()) / row.remind_every_ms);
      if (due > row.reminded) {
        await trx
          .updateTable('lists')
          .set({ reminded: due })
          .where('run', '=', run.id)
          .where('name', '=', list)
          .execute();
        await tellOwners(trx, context, run, list, due);
      }
    }
    const waiting = await waitingOn(trx, context, run, list);
    if (waiting.over)
      await trx
        .updateTable('runs')
        .set({ state: 'running' })
        .where('id', '=', run.id)
        .where('state', '=', 'waiting')
        .execute();
    return waiting;
  });
  context.poke();
  return answer;
}
