import type { JsonObject } from '../../domain/json.ts';
import { queueOf, systemOf } from '../../domain/queue.ts';
import type { Gathered, Read } from '../../sdk/run-context.ts';
import { tools } from './activities.ts';
import { failureText, isCancel, RunEnds } from './ending.ts';
import type { RunState } from './run-state.ts';
import { whileServed } from './served.ts';

/** One tool read as one activity on its queue. */
export async function callReadTool(state: RunState, request: { tool: string; args: JsonObject; wantFacts: boolean }) {
  const entry = state.tool(request.tool);
  const connection = state.connectionOf(entry.name);
  const summary = `${entry.name} ${JSON.stringify(request.args).slice(0, 120)}`;
  return await whileServed(state, queueOf(systemOf(entry.name), connection), () =>
    tools(entry, connection, 'read', summary).readTool({ permit: state.begun.permit, connection, ...request }),
  );
}

async function one(state: RunState, read: Read<unknown>): Promise<Gathered<unknown>> {
  try {
    const { facts, content } = await callReadTool(state, { tool: read.tool, args: read.args, wantFacts: true });
    state.evidence.set(content.id, content);
    return { facts, evidence: content, failure: undefined };
  } catch (error) {
    if (isCancel(error) || error instanceof RunEnds) throw error;
    if (!read.optional)
      throw new RunEnds({ outcome: 'inconclusive', summary: `Could not read ${read.tool}: ${failureText(error)}` });
    return { facts: undefined, evidence: undefined, failure: failureText(error) };
  }
}

/** Reads side by side; one evidence row for all of them. */
export async function gather(
  state: RunState,
  turn: string,
  reads: Record<string, Read<unknown>>,
): Promise<Record<string, Gathered<unknown>>> {
  await state.stopIfCancelled();
  state.enter(`reading: ${turn}`);
  const results = await Promise.all(Object.values(reads).map((read) => one(state, read)));
  const recorded = Object.values(reads).flatMap((read, index) => {
    const content = results[index]?.evidence;
    return content ? [{ tool: read.tool, args: read.args, content }] : [];
  });
  await state.noteEvidence(turn, recorded);
  return Object.fromEntries(
    Object.keys(reads).flatMap((name, index) => (results[index] ? [[name, results[index]]] : [])),
  );
}
