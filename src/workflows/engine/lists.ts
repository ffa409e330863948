import type { ResponseOf } from '../../authority/protocol.ts';
import type { Gathered, List, Read } from '../../sdk/run-context.ts';
import { authority, authorityAtLength } from './activities.ts';
import { continueIfLong } from './continue.ts';
import { RunCancelled } from './ending.ts';
import { gather } from './gather.ts';
import type { RunState } from './run-state.ts';

const listOf = (summary: ResponseOf<'closeList'>, failures: readonly string[]): List => ({ ...summary, failures });

/** See `RunContext.gatherInto`. */
export async function gatherInto(
  state: RunState,
  name: string,
  reads: Record<string, Read<unknown>>,
): Promise<{ list: List; read: Record<string, Gathered<unknown>> }> {
  const read = await gather(state, name, reads, name);
  const failures = Object.entries(read).flatMap(([part, { failure }]) =>
    failure === undefined ? [] : [`${part}: ${failure}`],
  );
  const list = listOf(await authorityAtLength(`close list ${name}`).closeList({ ...state.of, list: name }), failures);
  return { list, read };
}

/** See `RunContext.collect`. */
export const collect = async (state: RunState, name: string, reads: Record<string, Read<unknown>>): Promise<List> =>
  (await gatherInto(state, name, reads)).list;

/** See `RunContext.remaining`. */
export async function remaining(state: RunState, list: List, name: string): Promise<List> {
  const summary = await authorityAtLength(`what is left of ${list.name}`).reduceList({
    ...state.of,
    list: list.name,
    as: name,
  });
  return listOf(summary, list.failures);
}

/**
 * See `RunContext.askOwners`. Answers are rows of the authority: the run sleeps until a reminder is due, the grace is over,
 * or nobody is left to answer, so that its history does not grow with them.
 */
export async function askOwners(
  state: RunState,
  list: List,
  name: string,
  how: { graceMs: number; remindMs: number; what: string },
): Promise<List> {
  if (list.count > 0) {
    state.enter(`owners of ${list.name} may keep something`);
    let waiting = await authorityAtLength('ask the owners').askOwners({ ...state.of, list: list.name, ...how });
    for (;;) {
      if (waiting.news.cancelled) throw new RunCancelled('cancelled by a person');
      if (waiting.over) break;
      await continueIfLong(state);
      await state.woken(waiting.lookAgainMs);
      waiting = await authority('look at the answers').attendList({ ...state.of, list: list.name });
    }
  }
  return await remaining(state, list, name);
}
