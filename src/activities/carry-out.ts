import type { Phase, PreviewedAction } from '../domain/action.ts';
import { Failure } from '../domain/failure.ts';
import type { ActionOutcome, GrantAnswer } from '../domain/grant.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { AuthorityClient } from '../authority/protocol.ts';
import type { Execution, Reconciliation, ToolContext, WriteTool } from '../sdk/define-tool.ts';
import type { TakeTurns } from './take-turns.ts';
import type { CarryOutResult } from './wire.ts';

/** The side effect begins within this of its grant, or not at all: a process that slept is no longer who asked. */
const BEGIN_WITHIN_MS = 1000;

interface Attempt {
  readonly authority: AuthorityClient;
  readonly tool: WriteTool;
  readonly args: JsonObject;
  readonly action: PreviewedAction;
  readonly postState: Json;
  readonly phase: Phase;
  /** What one of the tool's functions may take, in milliseconds. */
  readonly timeoutMs: number;
  /** What the tool's functions are given, with a signal that ends after so many milliseconds. */
  readonly contextWithin: (ms: number) => ToolContext<unknown>;
  readonly toolSchemaHash: string;
  /** In which this process asks for grants: see `GRANTS_AT_ONCE`. */
  readonly inTurn: TakeTurns;
  /** Makes the system's words safe to record and show: redacted, visible, at most 1000 characters. */
  readonly clean: (text: string) => Promise<string>;
}

/** A grant, and when its lease is over by the clock of this process, which began to count before the authority did. */
type Held = Extract<GrantAnswer, { answer: 'granted' | 'reconcile' }> & { readonly until: number };

/**
 * What is done under a grant has its own time, however long the target and the authority took to answer before; and ends
 * before its lease, after which another may be at it.
 */
const contextUnder = ({ timeoutMs, contextWithin }: Attempt, { until }: Held): ToolContext<unknown> =>
  contextWithin(Math.max(1, Math.min(timeoutMs, Math.floor(until - performance.now()))));

const executionOf = ({ action, postState }: Attempt, idempotencyKey: string): Execution => ({
  actionId: action.id,
  idempotencyKey,
  precondition: action.precondition,
  preState: action.preState,
  postState,
});

/** The two ways of one tool, under one shape. */
function waysOf(attempt: Attempt, held: Held) {
  const { tool, phase, args } = attempt;
  const context = contextUnder(attempt, held);
  if (phase === 'execute') {
    return {
      run: (execution: Execution) => tool.execute(args, execution, context),
      reconcile: (execution: Execution) => tool.reconcile(args, execution, context),
    };
  }
  const { undo } = tool;
  if (!undo) throw new Failure('stop.unsupported', `${tool.name} cannot be undone`);
  return {
    run: (execution: Execution) => undo.execute(args, execution, context),
    reconcile: (execution: Execution) => undo.reconcile(args, execution, context),
  };
}

const isFinal = (error: unknown): error is Failure => error instanceof Failure && error.type.startsWith('stop.');

/** What the worker sees of the target right before it asks for a grant; `lost` is why it cannot be acted on. */
async function observe(attempt: Attempt): Promise<{ observed: JsonObject; lost?: string }> {
  const { tool, args, phase, action } = attempt;
  const context = attempt.contextWithin(attempt.timeoutMs);
  const execution = executionOf(attempt, '');
  try {
    if (phase === 'execute') return { observed: await tool.observe(args, execution, context) };
    if (await tool.undo?.stillOurs(args, execution, context)) return { observed: { stillOurs: true } };
    return {
      observed: { stillOurs: false },
      lost: `${action.target.name} was changed by somebody else since; it was left as it is`,
    };
  } catch (error) {
    // The target is gone or closed to us. The grant is asked all the same: an earlier attempt may have begun, and only
    // the authority knows. As an observation this equals no precondition, so nothing is begun on it.
    if (!isFinal(error)) throw error;
    return { observed: { unreadable: error.message.slice(0, 500) }, lost: error.message };
  }
}

async function record(
  attempt: Attempt,
  held: Held,
  outcome: ActionOutcome,
  reconciled: boolean,
): Promise<CarryOutResult> {
  const { authority, action, phase } = attempt;
  const said = { ...outcome, summary: await attempt.clean(outcome.summary) };
  const answer = await authority.outcome({ action: action.id, phase, fence: held.fence, outcome: said, reconciled });
  // A newer attempt took over while this one was away; what it recorded is what happened.
  if (!answer.recorded && !answer.outcome)
    throw new Failure('retry.not-yet', `another attempt at ${action.id} is under way`);
  const final = answer.outcome ?? said;
  return { status: final.status, outcome: final };
}

const failed = (summary: string): ActionOutcome => ({ status: 'failed', summary, postState: null });

const inDoubt = (summary: string): ActionOutcome => ({ status: 'in-doubt', summary, postState: null });

/** What was begun goes on by itself, and its tool says so: nobody need wait for the end of a lease that nobody uses. */
async function giveBack({ authority, action, phase, tool }: Attempt, { fence }: Held, error: unknown): Promise<void> {
  if (error instanceof Failure && error.type === 'retry.not-yet' && tool.safeToRepeat !== 'no')
    await authority.release({ action: action.id, phase, fence });
}

/** Does it. Only a definite refusal by the system counts as an end; anything unclear is thrown and left to reconcile. */
async function act(attempt: Attempt, held: Held): Promise<ActionOutcome> {
  try {
    return await waysOf(attempt, held).run(executionOf(attempt, held.idempotencyKey));
  } catch (error) {
    await giveBack(attempt, held, error);
    if (!isFinal(error)) throw error;
    return failed(error.message);
  }
}

// Recording stands outside of acting: a failure to record must never be taken for a failure to act.
const perform = async (attempt: Attempt, held: Held): Promise<CarryOutResult> =>
  await record(attempt, held, await act(attempt, held), false);

async function look(attempt: Attempt, held: Held): Promise<Reconciliation> {
  try {
    return await waysOf(attempt, held).reconcile(executionOf(attempt, held.idempotencyKey));
  } catch (error) {
    if (!isFinal(error)) throw error;
    return { status: 'unknown', why: error.message };
  }
}

/**
 * Does it again. Where the system refuses that, the earlier attempt may have come through in between, from a process that
 * slept or a network that was slow; so it is looked at once more before it counts as a failure.
 */
async function repeat(attempt: Attempt, held: Held): Promise<CarryOutResult> {
  const outcome = await act(attempt, held);
  const found = outcome.status === 'failed' ? await look(attempt, held) : undefined;
  if (found?.status === 'done') return await record(attempt, held, found.outcome, true);
  if (found?.status === 'unknown') return await record(attempt, held, inDoubt(found.why), true);
  return await record(attempt, held, outcome, true);
}

/** Looks at the target and asks, as one: what was seen is as fresh as the answer. */
async function ask(attempt: Attempt, looked?: number) {
  const { authority, action, phase, toolSchemaHash } = attempt;
  return await attempt.inTurn(async () => {
    const { observed, lost } = await observe(attempt);
    const askedAt = performance.now();
    const request = { action: action.id, phase, toolSchemaHash, observed, ...(looked === undefined ? {} : { looked }) };
    return { lost, askedAt, answer: await authority.grant(request) };
  });
}

/** An answer that came too late to begin on: its lease is given back, so that the next attempt need not wait for its end. */
async function tooLate({ authority, action, phase }: Attempt, { fence }: Pick<Held, 'fence'>): Promise<never> {
  await authority.release({ action: action.id, phase, fence });
  throw new Failure('retry.not-yet', `the grant of ${action.id} came too late to be used`);
}

type Reconciling = Extract<Held, { answer: 'reconcile' }>;

/** Looking took a while, and what was allowed before it may be halted or cancelled since: the target is read and it is asked again. */
async function askAgain(attempt: Attempt, { fence }: Reconciling): Promise<Reconciling> {
  const { action } = attempt;
  const { lost, askedAt, answer } = await ask(attempt, fence);
  if (answer.answer !== 'reconcile') throw new Failure('retry.not-yet', `another attempt at ${action.id} is under way`);
  if (performance.now() - askedAt > BEGIN_WITHIN_MS) return await tooLate(attempt, answer);
  const held = { ...answer, until: askedAt + answer.leaseMs };
  return lost === undefined ? held : { ...held, mayRepeat: false };
}

/** An earlier attempt's end is unknown: look first, and act again only where that is safe and still allowed. */
async function reconcile(attempt: Attempt, answer: Reconciling, askedAt: number): Promise<CarryOutResult> {
  let held = answer;
  const found = await look(attempt, held);
  if (found.status === 'done') return await record(attempt, held, found.outcome, true);
  if (found.status === 'not-done' && attempt.tool.safeToRepeat !== 'no') {
    if (held.mayRepeat && performance.now() - askedAt > BEGIN_WITHIN_MS) held = await askAgain(attempt, held);
    if (held.mayRepeat) return await repeat(attempt, held);
    return await record(
      attempt,
      held,
      failed('it had not happened, and may not happen any more; nothing was done'),
      true,
    );
  }
  const why =
    found.status === 'unknown' ? found.why : 'it seems not to have happened, and this tool must not be tried twice';
  return await record(attempt, held, inDoubt(why), true);
}

/** Look, ask, act, record. Every attempt goes through the authority; a second one never acts blindly. */
export async function carryOut(attempt: Attempt): Promise<CarryOutResult> {
  const { lost, askedAt, answer } = await ask(attempt);
  switch (answer.answer) {
    case 'granted': {
      const held = { ...answer, until: askedAt + answer.leaseMs };
      if (lost !== undefined) return await record(attempt, held, failed(lost), false);
      if (performance.now() - askedAt <= BEGIN_WITHIN_MS) return await perform(attempt, held);
      // Nothing was begun, and that is known now; a later attempt could not tell it from one that was.
      if (attempt.tool.safeToRepeat === 'no')
        return await record(attempt, held, failed('the grant came too late to be used; nothing was done'), false);
      return await tooLate(attempt, answer);
    }
    case 'reconcile':
      return await reconcile(attempt, { ...answer, until: askedAt + answer.leaseMs }, askedAt);
    case 'done':
    case 'wait':
    case 'refused':
      return await ended(attempt, answer);
  }
}

/** Answers on which nothing is done. */
async function ended(
  attempt: Attempt,
  answer: Exclude<GrantAnswer, { answer: Held['answer'] }>,
): Promise<CarryOutResult> {
  switch (answer.answer) {
    case 'done':
      return { status: answer.outcome.status, outcome: answer.outcome };
    case 'wait':
      throw new Failure('retry.not-yet', `another attempt at ${attempt.action.id} may still be running`, {
        retryAfterMs: answer.retryAfterMs + 100,
      });
    case 'refused':
      if (answer.code === 'in-doubt')
        return {
          status: 'in-doubt',
          outcome: { status: 'in-doubt', summary: answer.message.slice(0, 1000), postState: null },
        };
      return { status: 'refused', code: answer.code, message: answer.message };
  }
}
