import type { ReadToolRequest } from '../../activities/wire.ts';
import { queueOf, systemOf } from '../../domain/queue.ts';
import type { Gathered, Read } from '../../sdk/run-context.ts';
import { tools } from './activities.ts';
import { failureText, isCancel, RunEnds } from './ending.ts';
import type { RunState } from './run-state.ts';
import { whileServed } from './served.ts';

/** One tool read as one activity on its queue. */
export async function callReadTool(
  state: RunState,
  {
    connection: given,
    ...request
  }: Pick<ReadToolRequest, 'tool' | 'args' | 'wantFacts' | 'list'> & { connection?: string | undefined },
) {
  const entry = state.tool(request.tool);
  const connection = state.connectionOf(entry.name, given);
  const permit = await state.permitNow();
  const summary = `${entry.name} ${JSON.stringify(request.args).slice(0, 120)}`;
  return await whileServed(state, queueOf(systemOf(entry.name), connection), () =>
    tools(entry, connection, 'read', summary).readTool({ permit, connection, ...request }),
  );
}

/** One read of a turn; with `list` what it finds goes into that list of the run. */
async function one(state: RunState, read: Read<unknown>, list?: ReadToolRequest['list']): Promise<Gathered<unknown>> {
  const { tool, args, connection } = read;
  try {
    const request = { tool, args, connection, wantFacts: true, ...(list === undefined ? {} : { list }) };
    const { facts, content } = await callReadTool(state, request);
    state.evidence.set(content.id, content);
    return { facts, evidence: content, failure: undefined };
  } catch (error) {
    if (isCancel(error) || error instanceof RunEnds) throw error;
    if (!read.optional)
      throw new RunEnds({ outcome: 'inconclusive', summary: `Could not read ${read.tool}: ${failureText(error)}` });
    return { facts: undefined, evidence: undefined, failure: failureText(error) };
  }
}

/** Reads side by side; one evidence row for all of them. With `list` what they find goes there, each as a part of its name. */
export async function gather(
  state: RunState,
  turn: string,
  reads: Record<string, Read<unknown>>,
  list?: string,
): Promise<Record<string, Gathered<unknown>>> {
  await state.stopIfCancelled();
  state.enter(`reading: ${turn}`);
  const results = await Promise.all(
    Object.entries(reads).map(([part, read]) =>
      one(state, read, list === undefined ? undefined : { name: list, part }),
    ),
  );
  const recorded = Object.values(reads).flatMap((read, index) => {
    const content = results[index]?.evidence;
    return content ? [{ tool: read.tool, args: read.args, content }] : [];
  });
  await state.noteEvidence(turn, recorded);
  return Object.fromEntries(
    Object.keys(reads).flatMap((name, index) => (results[index] ? [[name, results[index]]] : [])),
  );
}
