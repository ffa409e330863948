import ms from 'ms';
import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import { signedPermit } from '../../domain/permit.ts';
import { isOver } from '../../domain/run.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { voidGatesOf } from '../gates/close-gate.ts';
import { followDoubts } from '../gates/follow-doubts.ts';
import { doubtIntents } from '../grants/doubt-intents.ts';
import { freeLocks } from '../grants/lock.ts';
import { append } from '../ledger/append.ts';
import { appendOnce } from '../ledger/append-once.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { inEffect } from './in-effect.ts';
import { knownRun, openRun } from './known-run.ts';
import { newsOf } from './news.ts';
import { pageResponsible } from './page-responsible.ts';

/** Long enough for a gate that waits a week; a run that lasts longer begins again with a new permit. */
const PERMIT_LASTS = ms('30d');

/** Tells a run what it is. See the protocol. */
export async function beginRun(context: AuthorityContext, request: RequestOf<'begin'>): Promise<ResponseOf<'begin'>> {
  const run = await openRun(context.db, request);
  const runbook = context.manifest.runbooks.find((entry) => entry.name === run.runbook);
  if (!runbook) throw new Failure('stop.not-found', `runbook ${run.runbook} is not in the manifest any more`);
  await context.db
    .updateTable('runs')
    .set({ state: 'running' })
    .where('id', '=', run.id)
    .where('state', '=', 'queued')
    .execute();
  const permit = {
    v: 1 as const,
    run: run.id,
    execution: request.execution,
    runbook: run.runbook,
    tools: runbook.tools,
    connections: Object.entries(context.manifest.connections).flatMap(([system, names]) =>
      names.map((name) => `${system}.${name}`),
    ),
    expiresAt: new Date(context.now().getTime() + PERMIT_LASTS).toISOString(),
  };
  return {
    permit: { permit, keyId: context.key.keyId, signature: context.key.sign(signedPermit(permit)) },
    runbook: run.runbook,
    input: run.input,
    mode: run.mode,
    dryRun: run.dry_run,
    tools: context.manifest.tools.filter((tool) => runbook.tools.includes(tool.name)),
    model: context.model,
    news: await newsOf(context.db, run),
  };
}

/** One call's ledger entry, as the run's own word. */
async function entry(
  context: AuthorityContext,
  of: { run: string; execution: string },
  kind: 'run.verified' | 'run.undoing' | 'signal.foreign',
  body: JsonObject,
  also?: (trx: Trx, run: string) => Promise<unknown>,
): Promise<Record<string, never>> {
  await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, of);
    // Said again after an answer that was lost: the last final verdict stands as it is. What is looked at meanwhile may
    // well look the same twice.
    if (body['final'] === true && body['verdict'] === run.verdict) return;
    await append(trx, context.now(), run.id, kind, body);
    await also?.(trx, run.id);
  });
  return {};
}

export async function news(context: AuthorityContext, request: RequestOf<'news'>): Promise<ResponseOf<'news'>> {
  return await newsOf(context.db, await knownRun(context.db, request));
}

/** One row per turn. A repeated call, after an answer that was lost, finds its rows there and adds none. */
export async function recordEvidence(
  context: AuthorityContext,
  { turns, ...of }: RequestOf<'evidence'>,
): Promise<ResponseOf<'evidence'>> {
  await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, of);
    for (const { turn, reads } of turns) {
      await appendOnce(trx, context.now(), run.id, 'evidence.read', { turn, reads });
    }
  });
  return {};
}

export const recordForeignSignal = (
  context: AuthorityContext,
  { name, ...of }: RequestOf<'foreignSignal'>,
): Promise<ResponseOf<'foreignSignal'>> => entry(context, of, 'signal.foreign', { name });

/** The run's word that it takes back what it did. Whether there is a reason to is for the grant to judge. */
export const recordUndoing = (
  context: AuthorityContext,
  { why, actions, gate, ...of }: RequestOf<'undoing'>,
): Promise<ResponseOf<'undoing'>> =>
  entry(context, of, 'run.undoing', { why, actions, ...(gate === undefined ? {} : { gate }) });

export const recordVerdict = (
  context: AuthorityContext,
  { verdict, checks, final, ...of }: RequestOf<'verified'>,
): Promise<ResponseOf<'verified'>> =>
  entry(context, of, 'run.verified', { verdict, checks, final }, async (trx, run) =>
    final ? trx.updateTable('runs').set({ verdict }).where('id', '=', run).execute() : undefined,
  );

/** A message to the people, once per key. */
export async function note(context: AuthorityContext, request: RequestOf<'note'>): Promise<ResponseOf<'note'>> {
  const now = context.now();
  await context.db.transaction().execute(async (trx) => {
    const run = await knownRun(trx, request);
    const said = await trx
      .selectFrom('outbox')
      .select('id')
      .where('topic', '=', 'say')
      .where('subject', '=', run.id)
      .where((eb) => eb(eb.ref('payload', '->>').key('key'), '=', request.key))
      .executeTakeFirst();
    if (said) return;
    const text = request.escalate
      ? [request.text, await inEffect(trx, run.id)].filter(Boolean).join(' ')
      : request.text;
    await append(trx, now, run.id, 'run.note', { text });
    await enqueue(trx, now, 'say', run.id, { key: request.key, text });
    if (request.escalate) await pageResponsible(trx, context, run, request.key, text);
  });
  context.poke();
  return {};
}

async function end(
  context: AuthorityContext,
  of: { run: string; execution: string },
  state: 'finished' | 'failed' | 'cancelled',
  { outcome, summary }: { outcome: ResponseOutcome; summary: string },
): Promise<Record<string, never>> {
  const now = context.now();
  await context.db.transaction().execute(async (trx) => {
    const run = await knownRun(trx, of);
    if (isOver(run.state)) return;
    const begun = await doubtIntents(trx, now, run.id, `the run ended (${state}) before this was recorded`, {
      over: true,
    });
    // Whoever reads how it ended must see what it left behind, unless that is what was wanted.
    const left = outcome === 'fixed' ? '' : await inEffect(trx, run.id);
    const set = {
      outcome: begun > 0 ? ('in-doubt' as const) : outcome,
      summary: [summary, left].filter(Boolean).join(' '),
    };
    if (state === 'failed' && left !== '')
      await pageResponsible(trx, context, run, 'failed', `${run.title}, ${run.target}, failed. ${set.summary}`);
    await voidGatesOf(trx, now, run.id, `The run is ${state}: ${summary}`.slice(0, 500));
    await followDoubts(trx, context, run.id);
    await freeLocks(trx, now, run.id);
    await trx
      .updateTable('runs')
      .set({ state, ...set, finished_at: now })
      .where('id', '=', run.id)
      .execute();
    await append(trx, now, run.id, 'run.finished', { state, ...set });
    const gates = await trx.selectFrom('gates').select('id').where('run', '=', run.id).execute();
    for (const gate of gates) await enqueue(trx, now, 'gate.card', gate.id);
    await enqueue(trx, now, 'say', run.id, {
      key: 'end',
      text: `${run.title}, ${run.target}: ${set.outcome ?? state}. ${set.summary}`,
    });
  });
  context.poke();
  return {};
}
type ResponseOutcome = RequestOf<'finish'>['outcome'] | null;

export const finishRun = (
  context: AuthorityContext,
  { outcome, summary, ...of }: RequestOf<'finish'>,
): Promise<ResponseOf<'finish'>> => end(context, of, 'finished', { outcome, summary });

export const abandonRun = (
  context: AuthorityContext,
  { state, message, ...of }: RequestOf<'abandon'>,
): Promise<ResponseOf<'abandon'>> => end(context, of, state, { outcome: null, summary: message });
