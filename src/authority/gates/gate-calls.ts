import { Failure } from '../../domain/failure.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { knownRun } from '../runs/known-run.ts';
import { newsOf } from '../runs/news.ts';
import { closeGate } from './close-gate.ts';

async function ownGate(context: AuthorityContext, request: RequestOf<'gate'>) {
  // The gate before the run: what closes a gate for the run's sake writes both at once, so whoever sees such a gate
  // closed must see why. The other way round, a cancelled run could take its gate for one that somebody withdrew.
  const gate = await context.db.selectFrom('gates').selectAll().where('id', '=', request.gate).executeTakeFirst();
  const run = await knownRun(context.db, request);
  if (gate?.run !== run.id) throw new Failure('stop.not-found', `run ${run.id} has no gate ${request.gate}`);
  return { run, gate };
}

/** What became of a gate: what a woken run asks. */
export async function readGate(context: AuthorityContext, request: RequestOf<'gate'>): Promise<ResponseOf<'gate'>> {
  const { run, gate } = await ownGate(context, request);
  return { state: gate.state, chosen: gate.chosen, reason: gate.reason, news: newsOf(run) };
}

/** Reminds people once more that a gate waits. */
export async function remindGate(
  context: AuthorityContext,
  request: RequestOf<'remind'>,
): Promise<ResponseOf<'remind'>> {
  const { run, gate } = await ownGate(context, request);
  if (gate.state !== 'open') return {};
  const now = context.now();
  const text = `Still waiting for a decision: ${run.title}, ${run.target} (${gate.id}, open since ${gate.opened_at.toISOString()}).`;
  await context.db.transaction().execute(async (trx) => {
    await append(trx, now, run.id, 'gate.reminded', { gate: gate.id });
    await enqueue(trx, now, 'say', run.id, { key: `remind-${gate.id}-${now.toISOString()}`, text });
  });
  context.poke();
  return {};
}

/** Expires a gate whose time is over; one that was decided meanwhile stays decided. */
export async function expireGate(
  context: AuthorityContext,
  request: RequestOf<'expire'>,
): Promise<ResponseOf<'expire'>> {
  const { gate } = await ownGate(context, request);
  if (gate.expires_at > context.now()) return { state: gate.state };
  const reason = `Nobody decided by ${gate.expires_at.toISOString()}; nothing was done.`;
  const state = await context.db
    .transaction()
    .execute((trx) => closeGate(trx, context.now(), gate.id, 'expired', reason));
  context.poke();
  return { state };
}

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
