import { z } from 'zod';
import { Failure } from '../../src/domain/failure.ts';
import type { ActionOutcome } from '../../src/domain/grant.ts';
import { defineSystem } from '../../src/sdk/define-system.ts';
import { defineTool, type Execution, type ToolContext } from '../../src/sdk/define-tool.ts';
import { TOOL_SECONDS } from './pace.ts';
import { type Ask, LampState, markOf } from './room.ts';

/** The room, from a worker's process. */
interface Client {
  ask(about: Omit<Ask, 'pid'>, signal: AbortSignal): Promise<LampState>;
}

function connect(url: string): Client {
  return {
    async ask(about, signal) {
      const body = JSON.stringify({ ...about, pid: process.pid });
      const response = await fetch(url, { method: 'POST', body, signal });
      if (response.status === 409) throw new Failure('stop.forbidden', 'the lamp changed: it is at another revision');
      if (!response.ok) throw new Error(`the room answered ${response.status}`);
      return LampState.parse(await response.json());
    },
  };
}

type Context = ToolContext<Client>;
const Named = z.strictObject({ name: z.string().min(1).max(40) });
const Precondition = z.object({ on: z.boolean(), revision: z.number() });
const nothing = { action: '', phase: 'execute' as const, on: false, revision: null };

const look = defineTool({
  name: 'lamp.look',
  title: 'Look at a lamp',
  description: 'Whether a lamp is on.',
  risk: 'read',
  input: Named.extend({ step: z.int().default(0) }),
  facts: z.object({ on: z.boolean(), by: z.string().nullable(), samples: z.number() }),
  timeout: '10s',
  async read({ name: lamp }, { client, signal }: Context) {
    const { on, by } = await client.ask({ ...nothing, point: 'look', lamp }, signal);
    return { facts: { on, by, samples: 1 }, summary: `lamp ${lamp} is ${on ? 'on' : 'off'}` };
  },
});

/** A tool that switches a lamp: guarded by the lamp's own revision, or by nothing but Belay. */
function makeSet<N extends string>(name: N, safeToRepeat: 'compare-and-set' | 'no') {
  const change = async (
    { client, signal }: Context,
    lamp: string,
    on: boolean,
    phase: Ask['phase'],
    { actionId: action, precondition, postState }: Execution,
  ): Promise<ActionOutcome> => {
    const left = phase === 'execute' ? precondition : postState;
    const revision = safeToRepeat === 'no' ? null : Precondition.parse(left).revision;
    return doneWith(await client.ask({ point: 'set', lamp, action, phase, on, revision }, signal));
  };
  const doneWith = ({ on, revision }: LampState): ActionOutcome => ({
    status: 'done',
    summary: `the lamp is ${on ? 'on' : 'off'}`,
    postState: { on, revision },
  });
  const reconcile = async (
    { client, signal }: Context,
    lamp: string,
    phase: Ask['phase'],
    { actionId: action }: Execution,
  ) => {
    const state = await client.ask({ ...nothing, point: 'reconcile', lamp, action, phase }, signal);
    return state.by === markOf({ action, phase })
      ? { status: 'done' as const, outcome: doneWith(state) }
      : { status: 'not-done' as const };
  };
  return defineTool({
    name,
    title: 'Switch a lamp',
    description: 'Switches a lamp on or off.',
    risk: 'write',
    reversible: 'yes',
    safeToRepeat,
    input: Named.extend({ on: z.boolean() }),
    timeout: `${TOOL_SECONDS}s`,
    async preview({ name: lamp, on }, { client, connection, signal }: Context) {
      const before = await client.ask({ ...nothing, point: 'look', lamp }, signal);
      return {
        target: { system: 'lamp', connection, key: `lamp:room/${lamp}`, name: `lamp ${lamp}`, tags: {} },
        sentence: `Switch lamp ${lamp} ${on ? 'on' : 'off'}`,
        diff: `-${before.on}\n+${on}`,
        blastRadius: { count: 1, unit: 'lamps' },
        precondition: { on: before.on, revision: before.revision },
        preState: { on: before.on },
        undo: `Switch lamp ${lamp} ${on ? 'off' : 'on'}`,
        owner: null,
        command: null,
      };
    },
    async observe({ name: lamp }, { actionId: action }, { client, signal }: Context) {
      const { on, revision } = await client.ask({ ...nothing, point: 'observe', lamp, action }, signal);
      return { on, revision };
    },
    execute: ({ name: lamp, on }, execution, context: Context) => change(context, lamp, on, 'execute', execution),
    reconcile: ({ name: lamp }, execution, context: Context) => reconcile(context, lamp, 'execute', execution),
    undo: {
      stillOurs: async ({ name: lamp }, { actionId: action }, { client, signal }: Context) => {
        const { by } = await client.ask({ ...nothing, point: 'observe', lamp, action, phase: 'undo' }, signal);
        return by === markOf({ action, phase: 'execute' });
      },
      execute: ({ name: lamp, on }, execution, context: Context) => change(context, lamp, !on, 'undo', execution),
      reconcile: ({ name: lamp }, execution, context: Context) => reconcile(context, lamp, 'undo', execution),
    },
  });
}

/** The system `lamp` of the toy's runbook, over a room in another process. */
export const roomSystem = defineSystem({
  name: 'lamp',
  settings: z.strictObject({ url: z.string() }),
  connect: ({ url }) => connect(url),
  tools: [look, makeSet('lamp.set', 'compare-and-set'), makeSet('lamp.set_once', 'no')],
});
