import { ApplicationFailure } from '@temporalio/workflow';
import { systemOf } from '../../domain/queue.ts';
import type { AnyRunbook } from '../../sdk/define-runbook.ts';
import type { RunContext } from '../../sdk/run-context.ts';
import { act } from './act.ts';
import { actOnMany } from './act-on-many.ts';
import { authority } from './activities.ts';
import { continueIfLong } from './continue.ts';
import { gather } from './gather.ts';
import { investigate } from './investigate.ts';
import { askOwners, collect, gatherInto, remaining } from './lists.ts';
import type { RunState } from './run-state.ts';

/** Names of a system's connections that the permit has. */
const connectionsIn = ({ begun }: RunState, system: string): string[] =>
  begun.permit.permit.connections.flatMap((one) => (systemOf(one) === system ? [one.slice(system.length + 1)] : []));

/** A cancellable wait that a person's cancel ends early. */
async function pause(state: RunState, ms: number): Promise<void> {
  await pauseUntil(state, Date.now() + ms);
}

async function pauseUntil(state: RunState, until: number, look = async (): Promise<void> => {}): Promise<void> {
  while (Date.now() < until) {
    await state.woken(Math.max(until - Date.now(), 1));
    await state.stopIfCancelled();
    await look();
  }
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `'90s'`, `'2m'`, `'24h'`. The schema of the input has checked it. */
function millis(duration: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(duration);
  const unit = UNITS[match?.[2] ?? ''];
  if (!match || unit === undefined)
    throw ApplicationFailure.nonRetryable(`"${duration}" is not a duration such as 30s, 2m or 24h`);
  return Number(match[1]) * unit;
}

/** The wait before verifying. It is read here, before anybody is asked: a mistake in it must not show after the side effect. */
function settling(state: RunState, duration: string): () => Promise<void> {
  const wait = millis(duration);
  return async () => {
    state.enter(`waiting ${duration} before verifying`);
    await pause(state, wait);
  };
}

/** What a runbook works with, over one run's state. */
export function contextOf(state: RunState, runbook: AnyRunbook): RunContext {
  const { journal } = state;
  return {
    run: state.of.run,
    mode: state.begun.mode,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each read's facts are of the tool it names; the compiler cannot follow names
    gather: (turn, reads) => journal.once(state, `gather ${turn}`, () => gather(state, turn, reads)) as never,
    investigate: (request) => investigate(state, { ...request, limits: runbook.limits }),
    act: async (proposal, after) => {
      const stabilise = settling(state, after.stabilise);
      return await journal.onceAround(state, 'act', () => act(state, proposal, { verify: after.verify, stabilise }));
    },
    connections: (system) => connectionsIn(state, system),
    collect: (name, reads) => journal.once(state, `collect ${name}`, () => collect(state, name, reads)),
    gatherInto: (name, reads) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as of gather
      journal.once(state, `collect ${name}`, () => gatherInto(state, name, reads)) as never,
    remaining: (list, name) => journal.once(state, `remaining ${name}`, () => remaining(state, list, name)),
    askOwners: (list, name, { grace, remind, what }) =>
      journal.once(state, `ask owners ${name}`, () =>
        askOwners(state, list, name, { graceMs: millis(grace), remindMs: millis(remind), what }),
      ),
    actOnMany: async (list, how) => {
      const settle = settling(state, how.stabilise);
      return await journal.onceAround(state, 'act on many', () => actOnMany(state, list, { ...how, settle }));
    },
    recordSavings: async ({ gate, estimated, approved }, realised, source) => {
      const saved = { estimated: [...estimated], approved: [...approved], realised: [...realised], source };
      await authority('record savings').savings({ ...state.of, gate, ...saved });
    },
    sleep: async (duration) => {
      const until = journal.onceNow(state, 'sleep', () => Date.now() + millis(duration));
      await pauseUntil(state, until, () => continueIfLong(state));
    },
    note: async (key, text) => {
      await state.say(key, text);
    },
    now: () => new Date(journal.onceNow(state, 'now', () => Date.now())),
  };
}
