import { randomBytes } from 'node:crypto';
import { Failure } from '../../domain/failure.ts';
import { type GateOption, optionDigest } from '../../domain/gate.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import type { Requirement } from '../../domain/requirement.ts';
import type { Revision } from '../../domain/revision.ts';
import { idFromBytes } from '../../domain/ids.ts';
import { tooLongToShow } from '../../domain/shown-whole.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { withinCaps } from '../caps/within-caps.ts';
import { append } from '../ledger/append.ts';
import { appendOnce } from '../ledger/append-once.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { requirementOf } from '../policy/requirement-of.ts';
import { withinPolicy } from '../policy/within-policy.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun, type RunRow } from '../runs/known-run.ts';
import type { GateRow } from './gate-row.ts';
import { openUnasked } from './open-unasked.ts';
import { lookAgainMs } from './gate-times.ts';

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

const opened = (gate: GateRow, now: Date) => ({
  answer: 'opened' as const,
  gate: gate.id,
  lookAgainMs: lookAgainMs(gate, gate.requirement, now),
});

/** What people asked for instead of the gate that this one replaces, and who counts as having asked for it by then. */
async function revisionOfGate(trx: Trx, run: string, gate: string): Promise<{ revision: Revision; asked: string[] }> {
  const row = await trx
    .selectFrom('gates')
    .select(['revision', 'also_asked'])
    .where('run', '=', run)
    .where('id', '=', gate)
    .executeTakeFirst();
  const revision = row?.revision;
  if (!revision) throw new Failure('stop.invalid-input', `replaces: nobody asked for something else than ${gate}`);
  const taken = await trx.selectFrom('gates').select('id').where('id', '=', revision.next).executeTakeFirst();
  if (taken)
    throw new Failure('stop.invalid-input', `replaces: ${revision.next} has taken the place of ${gate} already`);
  // Another plan of the model's is nobody's edit; another edit adds its editor.
  return { revision, asked: revision.kind === 'edit' ? [...new Set([...row.also_asked, revision.by])] : [] };
}

/** A gate that nobody can open says so at once, and not when it expires. */
async function sayIfNobodyCan(
  trx: Trx,
  context: AuthorityContext,
  run: RunRow,
  gate: string,
  { needs }: Requirement,
): Promise<void> {
  const { directory } = context.bundle();
  const empty = needs.filter(({ group }) => (directory.groups[group]?.members.length ?? 0) === 0);
  if (empty.length === 0) return;
  const text = `Nobody can approve ${gate}: ${empty.map(({ group }) => group).join(', ')} has no members in Belay's directory.`;
  await append(trx, context.now(), run.id, 'run.note', { text });
  await enqueue(trx, context.now(), 'say', run.id, { key: `nobody-${gate}`, text });
}

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
    if (before) return opened(before, now);
    const replaced = request.replaces ? await revisionOfGate(trx, run.id, request.replaces) : undefined;
    // What a person edited is the person's proposal, whatever a workflow says of it.
    const proposedBy: ProposedBy =
      replaced?.revision.kind === 'edit' ? { kind: 'person', person: replaced.revision.by } : request.proposedBy;
    const all = await Promise.all(request.options.map((option) => assemble(trx, run.id, option)));
    const capped = withinCaps(context.bundle().caps, all);
    const permitted = await withinPolicy(trx, context, run, capped.options, proposedBy);
    const { options } = permitted;
    const forbidden = capped.forbidden ?? permitted.forbidden;
    const plan = { ...request.plan, options: all.map(({ id, title, digest }) => ({ id, title, digest })) };
    // What opens no gate leaves no row by which a repeated call could be told; the plan's own entry does that.
    const news = await appendOnce(trx, now, run.id, 'plan.proposed', {
      ...plan,
      ordinal: request.ordinal,
      bundle: context.bundle().hash,
      proposedBy: { ...proposedBy },
    });
    await trx
      .updateTable('runs')
      .set({ proposed_by: JSON.stringify(proposedBy) })
      .where('id', '=', run.id)
      .execute();
    if (run.mode === 'observe' || run.dry_run) {
      const message = observation(run, all);
      if (news) await append(trx, now, run.id, 'gate.observed', { message });
      if (news) await enqueue(trx, now, 'say', run.id, { key: `observed-${request.ordinal}`, text: message });
      return { answer: 'observed', message };
    }
    // Whoever approves must have been able to read all of it; no view may be the judge of that.
    const unshown = forbidden ?? tooLongToShow(options);
    const requirement =
      unshown === undefined ? await requirementOf(trx, context, run, options, proposedBy) : { forbidden: unshown };
    if ('forbidden' in requirement) {
      if (news) await append(trx, now, run.id, 'run.note', { text: `Forbidden by policy: ${requirement.forbidden}` });
      return { answer: 'forbidden', message: requirement.forbidden };
    }
    const leftOut = [
      ...capped.leftOut.map((text) => `Left out, as it is over a cap: ${text}`),
      ...permitted.leftOut.map((text) => `Left out, as policy forbids it: ${text}`),
    ];
    for (const [at, text] of leftOut.entries()) {
      await append(trx, now, run.id, 'run.note', { text });
      await enqueue(trx, now, 'say', run.id, { key: `left-out-${request.ordinal}-${at}`, text });
    }
    const id = replaced?.revision.next ?? idFromBytes('g', randomBytes(6));
    const expires = new Date(now.getTime() + requirement.expiresAfterMs);
    const row = await trx
      .insertInto('gates')
      .values({
        id,
        run: run.id,
        ordinal: request.ordinal,
        kind: options.length > 1 ? 'plan' : 'action',
        state: 'open',
        plan: JSON.stringify(request.plan),
        proposed_by: JSON.stringify(proposedBy),
        evidence: JSON.stringify(request.evidence),
        options: JSON.stringify(options),
        requirement: JSON.stringify(requirement),
        chosen: null,
        reason: null,
        card: null,
        escalated_to: '[]',
        reminded: 0,
        bundle: context.bundle().hash,
        revision: null,
        special: null,
        also_asked: JSON.stringify(replaced?.asked ?? []),
        subject: null,
        opened_at: now,
        expires_at: expires,
        decided_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    // A halted run stays so: what it waits for can be decided when the halt is over.
    await trx
      .updateTable('runs')
      .set({ state: 'waiting' })
      .where('id', '=', run.id)
      .where('state', '!=', 'halted')
      .execute();
    const number = await nextNumber(trx, 'gate.opened', run.id, id);
    await append(trx, now, run.id, 'gate.opened', {
      gate: id,
      number,
      options: options.map(({ id: option, title, digest }) => ({ id: option, title, digest })),
      requirement,
      bundle: context.bundle().hash,
      expiresAt: expires.toISOString(),
    });
    if (requirement.needs.length === 0) {
      await openUnasked(trx, context, row);
      return opened(row, now);
    }
    await sayIfNobodyCan(trx, context, run, id, requirement);
    await enqueue(trx, now, 'gate.card', id);
    return opened(row, now);
  });
  context.poke();
  return answer;
}
