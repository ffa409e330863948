import { Failure } from '../../domain/failure.ts';
import { type GateOption, optionDigest } from '../../domain/gate.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import type { Revision } from '../../domain/revision.ts';
import { tooLongToShow } from '../../domain/shown-whole.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { withinCaps } from '../caps/within-caps.ts';
import { append } from '../ledger/append.ts';
import { appendOnce } from '../ledger/append-once.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { requirementOf } from '../policy/requirement-of.ts';
import { withinPolicy } from '../policy/within-policy.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun, type RunRow } from '../runs/known-run.ts';
import { insertGate, opened } from './insert-gate.ts';

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

/** What a run that only looks says in the place of asking. */
export const observation = (run: RunRow, would: string): string =>
  `Observing only${run.dry_run ? ' (dry run)' : ''}: would have asked for approval to "${would}" on ${run.target}. Nothing was changed.`;

/** What the recommended option would do, in words. */
function wouldDo(options: readonly GateOption[]): string {
  const best = options.find((option) => option.recommended) ?? options[0];
  return best?.actions.map((action) => action.sentence).join('; ') || best?.title || 'nothing';
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
      const message = observation(run, wouldDo(all));
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
    const row = await insertGate(trx, context, run, {
      ordinal: request.ordinal,
      kind: options.length > 1 ? 'plan' : 'action',
      plan: request.plan,
      proposedBy,
      evidence: request.evidence,
      options,
      requirement,
      ...(replaced ? { id: replaced.revision.next, alsoAsked: replaced.asked } : {}),
    });
    return opened(row, now);
  });
  context.poke();
  return answer;
}
