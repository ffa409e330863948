import { randomBytes } from 'node:crypto';
import ms from 'ms';
import { Failure } from '../../domain/failure.ts';
import { type GateOption, optionDigest } from '../../domain/gate.ts';
import { idFromBytes } from '../../domain/ids.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { requirementOf } from '../policy/requirement-of.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun, type RunRow } from '../runs/known-run.ts';

/** A gate waits a week by default, and says so in time; it never denies silently within minutes. */
const EXPIRES_AFTER = ms('7d');
const REMIND_AFTER = [ms('30m'), ms('2h'), ms('8h'), ms('1d'), ms('3d')];

type Proposal = RequestOf<'openGate'>['options'][number];

/** An option from the rows that tools workers wrote: the workflow only says which. */
async function assemble(trx: Trx, run: string, option: Proposal): Promise<GateOption> {
  const rows =
    option.actions.length === 0
      ? []
      : await trx.selectFrom('actions').selectAll().where('run', '=', run).where('id', 'in', option.actions).execute();
  const actions = option.actions.map((id) => {
    const row = rows.find((candidate) => candidate.id === id);
    if (!row) throw new Failure('stop.invalid-input', `options.actions: ${id} was not previewed for this run`);
    const { preState: _, ...preview } = row.preview;
    return { ...preview, id, digest: row.digest };
  });
  const { id, title, why = '', manual = null, recommended } = option;
  return { id, title, why, manual, recommended, actions, digest: optionDigest({ id, manual, actions }) };
}

const opened = (id: string, expiresAt: Date) => ({
  answer: 'opened' as const,
  gate: id,
  expiresAt: expiresAt.toISOString(),
  remindAfterMs: REMIND_AFTER,
});

function observation(run: RunRow, options: readonly GateOption[]): string {
  const best = options.find((option) => option.recommended) ?? options[0];
  const would = best?.actions.map((action) => action.sentence).join('; ') || best?.title || 'nothing';
  return `Observing only${run.dry_run ? ' (dry run)' : ''}: would have asked for approval to "${would}" on ${run.target}. Nothing was changed.`;
}

/** Opens the run's `ordinal`-th gate, or finds it open from an earlier call. Observing runs get no gate, only a message. */
export async function openGate(
  context: AuthorityContext,
  request: RequestOf<'openGate'>,
): Promise<ResponseOf<'openGate'>> {
  const { db } = context;
  const now = context.now();
  const ids = request.options.map((option) => option.id);
  // An approval names an option by its id; two of one id would let it open what was not shown.
  if (new Set(ids).size !== ids.length)
    throw new Failure('stop.invalid-input', `options: each needs an id of its own, these are ${ids.join(', ')}`);
  const answer = await db.transaction().execute(async (trx): Promise<ResponseOf<'openGate'>> => {
    const run = await openRun(trx, request);
    const before = await trx
      .selectFrom('gates')
      .selectAll()
      .where('run', '=', run.id)
      .where('ordinal', '=', request.ordinal)
      .executeTakeFirst();
    if (before) return opened(before.id, before.expires_at);
    const options = await Promise.all(request.options.map((option) => assemble(trx, run.id, option)));
    const plan = { ...request.plan, options: options.map(({ id, title, digest }) => ({ id, title, digest })) };
    await append(trx, now, run.id, 'plan.proposed', { ...plan, proposedBy: { ...request.proposedBy } });
    await trx
      .updateTable('runs')
      .set({ proposed_by: JSON.stringify(request.proposedBy) })
      .where('id', '=', run.id)
      .execute();
    if (run.mode === 'observe' || run.dry_run) {
      const message = observation(run, options);
      await append(trx, now, run.id, 'gate.observed', { message });
      await enqueue(trx, now, 'say', run.id, { key: `observed-${request.ordinal}`, text: message });
      return { answer: 'observed', message };
    }
    const requirement = requirementOf(context, options);
    if ('forbidden' in requirement) {
      await append(trx, now, run.id, 'run.note', { text: `Forbidden by policy: ${requirement.forbidden}` });
      return { answer: 'forbidden', message: requirement.forbidden };
    }
    const id = idFromBytes('g', randomBytes(6));
    const expires = new Date(now.getTime() + EXPIRES_AFTER);
    await trx
      .insertInto('gates')
      .values({
        id,
        run: run.id,
        ordinal: request.ordinal,
        kind: options.length > 1 ? 'plan' : 'action',
        state: 'open',
        plan: JSON.stringify(request.plan),
        proposed_by: JSON.stringify(request.proposedBy),
        evidence: JSON.stringify(request.evidence),
        options: JSON.stringify(options),
        requirement: JSON.stringify(requirement),
        chosen: null,
        reason: null,
        card: null,
        opened_at: now,
        expires_at: expires,
        decided_at: null,
      })
      .execute();
    await trx.updateTable('runs').set({ state: 'waiting' }).where('id', '=', run.id).execute();
    await append(trx, now, run.id, 'gate.opened', {
      gate: id,
      options: plan.options,
      requirement,
      expiresAt: expires.toISOString(),
    });
    await enqueue(trx, now, 'gate.card', id);
    return opened(id, expires);
  });
  context.poke();
  return answer;
}
