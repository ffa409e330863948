import type { Phase, PreviewedAction } from '../domain/action.ts';
import { Failure } from '../domain/failure.ts';
import type { ActionOutcome, GrantAnswer } from '../domain/grant.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { AuthorityClient } from '../authority/protocol.ts';
import type { Execution, Reconciliation, ToolContext, WriteTool } from '../sdk/define-tool.ts';
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
  readonly context: ToolContext<unknown>;
  readonly toolSchemaHash: string;
}

type Held = Extract<GrantAnswer, { answer: 'granted' | 'reconcile' }>;

const executionOf = ({ action, postState }: Attempt, idempotencyKey: string): Execution => ({
  actionId: action.id,
  idempotencyKey,
  precondition: action.precondition,
  preState: action.preState,
  postState,
});

/** The two ways of one tool, under one shape. */
function waysOf({ tool, phase, args, context }: Attempt) {
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

/** What the worker sees of the target right before it asks for a grant. */
async function observe(attempt: Attempt): Promise<JsonObject | undefined> {
  const { tool, args, phase, context } = attempt;
  const execution = executionOf(attempt, '');
  if (phase === 'execute') return await tool.observe(args, execution, context);
  const ours = await tool.undo?.stillOurs(args, execution, context);
  return ours ? { stillOurs: true } : undefined;
}

async function record(
  attempt: Attempt,
  held: Held,
  outcome: ActionOutcome,
  reconciled: boolean,
): Promise<CarryOutResult> {
  const { authority, action, phase } = attempt;
  const answer = await authority.outcome({ action: action.id, phase, fence: held.fence, outcome, reconciled });
  // A newer attempt took over while this one was away; what it recorded is what happened.
  if (!answer.recorded && !answer.outcome)
    throw new Failure('retry.not-yet', `another attempt at ${action.id} is under way`);
  const final = answer.outcome ?? outcome;
  return { status: final.status, outcome: final };
}

/** Does it, and records how it ended. Only a definite refusal by the system counts as an end; anything unclear is left to reconcile. */
async function perform(attempt: Attempt, held: Held, reconciled: boolean): Promise<CarryOutResult> {
  const execution = executionOf(attempt, held.idempotencyKey);
  try {
    return await record(attempt, held, await waysOf(attempt).run(execution), reconciled);
  } catch (error) {
    if (!(error instanceof Failure) || !error.type.startsWith('stop.')) throw error;
    return await record(
      attempt,
      held,
      { status: 'failed', summary: error.message.slice(0, 1000), postState: null },
      reconciled,
    );
  }
}

/** An earlier attempt's end is unknown: look first, and act again only where that is safe. */
async function reconcile(attempt: Attempt, held: Held): Promise<CarryOutResult> {
  const found: Reconciliation = await waysOf(attempt).reconcile(executionOf(attempt, held.idempotencyKey));
  if (found.status === 'done') return await record(attempt, held, found.outcome, true);
  if (found.status === 'not-done' && attempt.tool.safeToRepeat !== 'no') return await perform(attempt, held, true);
  const why =
    found.status === 'unknown' ? found.why : 'it seems not to have happened, and this tool must not be tried twice';
  return await record(attempt, held, { status: 'in-doubt', summary: why.slice(0, 1000), postState: null }, true);
}

/** Look, ask, act, record. Every attempt goes through the authority; a second one never acts blindly. */
export async function carryOut(attempt: Attempt): Promise<CarryOutResult> {
  const { authority, action, phase, toolSchemaHash } = attempt;
  const observed = await observe(attempt);
  if (!observed) {
    // Perhaps it is not ours any more because an earlier attempt at this very undo took effect.
    const answer = await authority.grant({ action: action.id, phase, toolSchemaHash, observed: { stillOurs: false } });
    if (answer.answer === 'done') return { status: answer.outcome.status, outcome: answer.outcome };
    if (answer.answer === 'reconcile') return await reconcile(attempt, answer);
    if (answer.answer === 'granted')
      return await record(
        attempt,
        answer,
        {
          status: 'failed',
          summary: `${action.target.name} was changed by somebody else since; it was left as it is`,
          postState: null,
        },
        false,
      );
    return await ended(attempt, answer);
  }
  const askedAt = performance.now();
  const answer = await authority.grant({ action: action.id, phase, toolSchemaHash, observed });
  switch (answer.answer) {
    case 'granted':
      if (performance.now() - askedAt > BEGIN_WITHIN_MS)
        throw new Failure('retry.not-yet', `the grant of ${action.id} came too late to be used`);
      return await perform(attempt, answer, false);
    case 'reconcile':
      return await reconcile(attempt, answer);
    default:
      return await ended(attempt, answer);
  }
}

/** Answers on which nothing is done. */
async function ended(attempt: Attempt, answer: Exclude<GrantAnswer, Held>): Promise<CarryOutResult> {
  switch (answer.answer) {
    case 'done':
      return { status: answer.outcome.status, outcome: answer.outcome };
    case 'wait':
      throw new Failure('retry.not-yet', `another attempt at ${attempt.action.id} may still be running`, {
        retryAfterMs: answer.retryAfterMs + 100,
      });
    case 'refused':
      return { status: 'refused', code: answer.code, message: answer.message };
  }
}
