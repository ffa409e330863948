import { z } from 'zod';
import { Failure } from '../../../src/domain/failure.ts';
import type { ActionOutcome } from '../../../src/domain/grant.ts';
import { defineSystem } from '../../../src/sdk/define-system.ts';
import { defineTool, type Execution, type ToolContext } from '../../../src/sdk/define-tool.ts';

/** A room of lamps in this process: the smallest world that can be changed, fail, drift and be left in doubt. */
export class Lamps {
  readonly state = new Map<string, { on: boolean; by: string | null }>();
  /** Every side effect that really happened: action id and phase. */
  readonly effects: string[] = [];
  reads = 0;
  /** Called at each point; throwing there is a crash or an outage at that point. */
  at: (point: 'read' | 'before' | 'after' | 'reconcile', actionId: string) => void | Promise<void> = () => {};
  /** What a verification sees, when it should not be the truth. */
  looksOn: boolean | undefined;

  lamp(name: string) {
    const lamp = this.state.get(name);
    if (!lamp) throw new Failure('stop.not-found', `there is no lamp ${name}`);
    return lamp;
  }
}

type Context = ToolContext<Lamps>;
const Lamp = z.strictObject({ name: z.string().min(1).max(40) });
const Wanted = Lamp.extend({ on: z.boolean() });
const PreState = z.object({ on: z.boolean() });

const lookAt = defineTool({
  name: 'lamp.look',
  title: 'Look at a lamp',
  description: 'Whether a lamp is on. The content is as large as the world says.',
  risk: 'read',
  input: Lamp.extend({ bytes: z.int().min(0).max(200_000).default(0), step: z.int().default(0) }),
  facts: z.object({ on: z.boolean(), by: z.string().nullable() }),
  timeout: '10s',
  async read({ name, bytes, step }, { client }: Context) {
    await client.at('read', '');
    client.reads += 1;
    const { on, by } = client.lamp(name);
    const content = bytes === 0 ? {} : { content: `step ${step} `.padEnd(bytes, 'lamp ') };
    return { facts: { on: client.looksOn ?? on, by }, summary: `lamp ${name} is ${on ? 'on' : 'off'}`, ...content };
  },
});

function makeSet<N extends string>(name: N, safeToRepeat: 'compare-and-set' | 'no') {
  const change = async (
    lamps: Lamps,
    lamp: string,
    on: boolean,
    execution: Execution,
    phase: string,
  ): Promise<ActionOutcome> => {
    await lamps.at('before', execution.actionId);
    lamps.state.set(lamp, { on, by: phase === 'execute' ? execution.actionId : `${execution.actionId}:undo` });
    lamps.effects.push(`${execution.actionId} ${phase}`);
    await lamps.at('after', execution.actionId);
    return { status: 'done', summary: `Lamp ${lamp} is ${on ? 'on' : 'off'}`, postState: { on } };
  };
  return defineTool({
    name,
    title: 'Switch a lamp',
    description: 'Switches a lamp on or off.',
    risk: 'write',
    reversible: 'yes',
    safeToRepeat,
    input: Wanted,
    timeout: '2s',
    async preview({ name: lamp, on }, { client, connection }: Context) {
      const before = client.lamp(lamp);
      if (before.on === on) throw new Failure('stop.invalid-input', `lamp ${lamp} is ${on ? 'on' : 'off'} already`);
      return {
        target: { system: 'lamp', connection, key: `lamp:room/${lamp}`, name: `lamp ${lamp}`, tags: {} },
        sentence: `Switch lamp ${lamp} ${on ? 'on' : 'off'}`,
        diff: `-${before.on}\n+${on}`,
        blastRadius: { count: 1, unit: 'lamps' },
        precondition: { on: before.on },
        preState: { on: before.on },
        undo: `Switch lamp ${lamp} ${on ? 'off' : 'on'}`,
        owner: null,
        command: null,
      };
    },
    observe: async ({ name: lamp }, _execution, { client }: Context) => ({ on: client.lamp(lamp).on }),
    execute: ({ name: lamp, on }, execution, { client }: Context) => change(client, lamp, on, execution, 'execute'),
    async reconcile({ name: lamp, on }, { actionId }, { client }: Context) {
      await client.at('reconcile', actionId);
      if (client.lamp(lamp).by === actionId)
        return {
          status: 'done',
          outcome: { status: 'done', summary: `Lamp ${lamp} is ${on ? 'on' : 'off'}`, postState: { on } },
        };
      return { status: 'not-done' };
    },
    undo: {
      stillOurs: async ({ name: lamp }, { actionId }, { client }: Context) => client.lamp(lamp).by === actionId,
      execute: ({ name: lamp }, execution, { client }: Context) =>
        change(client, lamp, PreState.parse(execution.preState).on, execution, 'undo'),
      reconcile: async ({ name: lamp }, { actionId }, { client }: Context) =>
        client.lamp(lamp).by === `${actionId}:undo`
          ? { status: 'done', outcome: { status: 'done', summary: 'undone', postState: null } }
          : { status: 'not-done' },
    },
  });
}

/** The system `lamp` over one room. */
export const lampSystem = (lamps: Lamps) =>
  defineSystem({
    name: 'lamp',
    settings: z.strictObject({}),
    connect: () => lamps,
    tools: [lookAt, makeSet('lamp.set', 'compare-and-set'), makeSet('lamp.set_once', 'no')],
  });
