import { type Batch } from '../../domain/batch.ts';
import { Failure } from '../../domain/failure.ts';
import { type GateOption, optionDigest } from '../../domain/gate.ts';
import { sumsText } from '../../domain/money.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import { type Requirement, stricter } from '../../domain/requirement.ts';
import { tooLongToShow } from '../../domain/shown-whole.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { capProblem } from '../caps/cap-problem.ts';
import type { AuthorityContext } from '../context.ts';
import { insertGate, opened } from '../gates/insert-gate.ts';
import { observation } from '../gates/open-gate.ts';
import type { ActionRow } from '../grants/approval.ts';
import { append } from '../ledger/append.ts';
import { appendOnce } from '../ledger/append-once.ts';
import { setProofs } from '../lists/set-items.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { type Circumstances, circumstancesOf } from '../policy/policy-request-of.ts';
import { requirementFor } from '../policy/requirement-of.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun, type RunRow } from '../runs/known-run.ts';
import { batchOf, countReasons } from './batch-of.ts';
import { judgedIn } from './kinds-of.ts';

const OPTION = 'all';
/** Written rules propose a batch; a model finds none. */
const RULES: ProposedBy = { kind: 'rules' };

interface Previewed {
  readonly key: string;
  readonly row: ActionRow;
}

/** The items of a list that have a preview, in their order, and why the others have none. */
async function previewedOf(
  trx: Trx,
  run: string,
  list: string,
): Promise<{ previewed: Previewed[]; problems: string[] }> {
  const items = await trx
    .selectFrom('list_items')
    .select(['key', 'action', 'problem'])
    .where('run', '=', run)
    .where('list', '=', list)
    .orderBy('position')
    .execute();
  const ids = items.flatMap(({ action }) => action ?? []);
  const rows = ids.length === 0 ? [] : await trx.selectFrom('actions').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const previewed = items.flatMap(({ key, action }) => {
    const row = action === null ? undefined : byId.get(action);
    return row ? [{ key, row }] : [];
  });
  const problems = items.flatMap(({ action, problem }) => (action === null ? [problem ?? 'it was not looked at'] : []));
  return { previewed, problems };
}

/**
 * What policy says of each item by itself, each different answer once; and why one may not be in a batch, whatever the
 * others are: it does not fit a card of its own, or policy forbids it.
 */
function judgeItems(
  context: AuthorityContext,
  run: RunRow,
  previewed: readonly Previewed[],
  circumstances: Circumstances,
): { fit: Previewed[]; problems: string[]; rules: Requirement[] } {
  const fit: Previewed[] = [];
  const problems: string[] = [];
  const rules = new Map<string, Requirement>();
  for (const one of previewed) {
    const { preview, id, digest } = one.row;
    const judged = { ...preview, id, digest };
    const long = tooLongToShow([{ id: OPTION, manual: null, actions: [judged] }]);
    const rule = requirementFor(context, run, [judged], { proposedBy: RULES, circumstances, single: true });
    const problem = long ?? ('forbidden' in rule ? rule.forbidden : undefined);
    if (problem !== undefined || 'forbidden' in rule) {
      problems.push(long === undefined ? 'policy forbids it' : 'it is too long to be shown');
      continue;
    }
    fit.push(one);
    rules.set(JSON.stringify(rule), rule);
  }
  return { fit, problems, rules: [...rules.values()] };
}

/** What all of them need: the strictest of what each needs by itself and of what the batch needs as a whole. */
function together(rules: readonly Requirement[], whole: Requirement): Requirement {
  const asking = [...rules, whole].filter(({ needs }) => needs.length > 0);
  return asking.length === 0 ? whole : asking.reduce(stricter);
}

/** The batch as the only option of its gate. */
function optionOf(request: RequestOf<'openBatchGate'>, batch: Batch): GateOption {
  const { title, why } = request;
  const option = { id: OPTION, title, why, manual: null, recommended: true, actions: [], batch };
  return { ...option, digest: optionDigest(option) };
}

const would = ({ count, tool, money }: Batch): string => `${tool} on ${count} targets, ${sumsText(money)} a month`;

/**
 * Opens the run's `ordinal`-th gate over a whole list, or finds it open. Each item is judged by policy; what it forbids is
 * left out and said. What all of them need together, and caps over all of them, hold for the gate.
 */
export async function openBatchGate(
  context: AuthorityContext,
  request: RequestOf<'openBatchGate'>,
): Promise<ResponseOf<'openBatchGate'>> {
  const now = context.now();
  const { list, ordinal } = request;
  const tool = context.manifest.tools.find(({ name }) => name === request.tool);
  if (!tool) throw new Failure('stop.invalid-input', `tool: there is no ${request.tool}`);
  const answer = await context.db.transaction().execute(async (trx): Promise<ResponseOf<'openBatchGate'>> => {
    const run = await openRun(trx, request);
    const before = await trx
      .selectFrom('gates')
      .selectAll()
      .where('run', '=', run.id)
      .where('ordinal', '=', ordinal)
      .executeTakeFirst();
    if (before) return opened(before, now);
    const circumstances = await circumstancesOf(trx, context, run);
    const { previewed, problems } = await previewedOf(trx, run.id, list);
    const { fit, problems: unfit, rules } = judgeItems(context, run, previewed, circumstances);
    const leftOut = countReasons([...problems, ...unfit]);
    if (fit.length === 0) {
      const why = leftOut.map(({ count, why: reason }) => `${count}: ${reason}`).join('; ');
      return { answer: 'nothing-to-offer', message: `Nothing of the list can be offered. ${why}` };
    }
    const { batch, proofs } = batchOf(
      list,
      tool,
      fit.map(({ row }) => row),
      leftOut,
    );
    const option = optionOf(request, batch);
    const { id, title, digest } = option;
    const news = await appendOnce(trx, now, run.id, 'plan.proposed', {
      ...request.plan,
      ordinal,
      options: [{ id, title, digest }],
      bundle: context.bundle().hash,
      proposedBy: RULES,
    });
    await trx
      .updateTable('runs')
      .set({ proposed_by: JSON.stringify(RULES) })
      .where('id', '=', run.id)
      .execute();
    if (run.mode === 'observe' || run.dry_run) {
      const message = observation(run, would(batch));
      if (news) await append(trx, now, run.id, 'gate.observed', { message });
      if (news) await enqueue(trx, now, 'say', run.id, { key: `observed-${ordinal}`, text: message });
      return { answer: 'observed', message };
    }
    const capped = capProblem(context.bundle().caps, [{ ...batch, sentence: option.title }]);
    const kinds = new Set(batch.kinds.map((kind) => kind.id));
    const judged = fit.flatMap(({ row }) => (kinds.has(row.id) ? [judgedIn(batch, row)] : []));
    const asks = { proposedBy: RULES, circumstances, single: true };
    const whole = capped === undefined ? requirementFor(context, run, judged, asks) : { forbidden: capped };
    if ('forbidden' in whole) {
      if (news) await append(trx, now, run.id, 'run.note', { text: `Forbidden by policy: ${whole.forbidden}` });
      return { answer: 'forbidden', message: whole.forbidden };
    }
    const requirement = together(rules, whole);
    await setProofs(trx, { run: run.id, list }, new Map(fit.map(({ key }, at) => [key, proofs[at] ?? []])));
    const { plan, evidence } = request;
    const asked = {
      ordinal,
      kind: 'batch' as const,
      plan,
      evidence,
      proposedBy: RULES,
      options: [option],
      requirement,
    };
    return opened(await insertGate(trx, context, run, asked), now);
  });
  context.poke();
  return answer;
}
