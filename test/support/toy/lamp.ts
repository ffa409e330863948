import { z } from 'zod';
import { Failure } from '../../../src/domain/failure.ts';
import type { ActionOutcome } from '../../../src/domain/grant.ts';
import { defineSystem } from '../../../src/sdk/define-system.ts';
import { defineTool, type Execution, type ToolContext } from '../../../src/sdk/define-tool.ts';

/** Where a test may step in: to crash, to drift, to wait. */
export type Point = 'read' | 'preview' | 'observe' | 'before' | 'after' | 'reconcile';

interface Lamp {
  on: boolean;
  by: string | null;
  /** What somebody else changed about it: part of what is approved. */
  revision?: number;
  /** What a look at it says, where that is not the truth. */
  seemsOn?: boolean;
  /** On how many samples a look rests; one unless given. */
  samples?: number;
}

/** A room of lamps in this process: the smallest world that can be changed, fail, drift and be left in doubt. */
export class Lamps {
  readonly state = new Map<string, Lamp>();
  /** Every side effect that really happened: action id and phase. */
  readonly effects: string[] = [];
  readonly looks: string[] = [];
  /** What a look shows people and models, by lamp. */
  readonly labels = new Map<string, string>();
  /** Called at each point with the lamp's name; throwing there is a crash or an outage at that point. */
  at: (point: Point, lamp: string, actionId: string) => void | Promise<void> = () => {};

  lamp(name: string): Lamp {
    const lamp = this.state.get(name);
    if (!lamp) throw new Failure('stop.not-found', `there is no lamp ${name}`);
    return lamp;
  }

  /** Puts up lamps that are off. */
  dark(...names: string[]): void {
    for (const name of names) this.state.set(name, { on: false, by: null });
  }

  /** Whether a lamp looks on. */
  seen(name: string): boolean {
    const { on, seemsOn } = this.lamp(name);
    return seemsOn ?? on;
  }

  effectsOn(run: string): string[] {
    return this.effects.filter((effect) => effect.startsWith(`${run}/`));
  }
}

type Context = ToolContext<Lamps>;
const Named = z.strictObject({ name: z.string().min(1).max(40) });
const Wanted = Named.extend({ on: z.boolean() });
const PreState = z.object({ on: z.boolean() });

const look = defineTool({
  name: 'lamp.look',
  title: 'Look at a lamp',
  description: 'Whether a lamp is on. The content is as large as it is asked to be.',
  risk: 'read',
  input: Named.extend({ bytes: z.int().min(0).max(200_000).default(0), step: z.int().default(0) }),
  facts: z.object({ on: z.boolean(), by: z.string().nullable(), samples: z.number() }),
  timeout: '10s',
  async read({ name, bytes, step }, { client }: Context) {
    await client.at('read', name, '');
    client.looks.push(name);
    const { on, by, seemsOn, samples = 1 } = client.lamp(name);
    const label = client.labels.get(name) ?? '';
    const content = bytes === 0 && label === '' ? {} : { content: `step ${step} ${label}`.padEnd(bytes, 'lamp ') };
    return { facts: { on: seemsOn ?? on, by, samples }, summary: `lamp ${name} is ${on ? 'on' : 'off'}`, ...content };
  },
});

const price = { amount: '1.50', currency: 'USD', source: 'the toy' };

/** Lamps whose names begin with a word, as a list; on a connection only those of its own room. */
const findDark = defineTool({
  name: 'lamp.find_dark',
  title: 'Find dark lamps',
  description: 'Lamps that are off, as a list, each with the action that would switch it on.',
  risk: 'read',
  input: z.strictObject({
    prefix: z.string(),
    tool: z.string().default('lamp.set'),
    owner: z.string().nullable().default(null),
  }),
  facts: z.object({ found: z.number() }),
  timeout: '20s',
  async read({ prefix, tool, owner }, { client, connection }: Context) {
    await client.at('read', connection, '');
    const items = [...client.state]
      .filter(([name, { on }]) => !on && name.startsWith(prefix) && roomOf(name) === connection)
      .map(([name]) => ({
        key: `lamp:room/${name}`,
        title: `lamp ${name}`,
        owner,
        money: name.includes('priceless') ? null : price,
        facts: { name },
        action: { tool, args: { name, on: true } },
      }));
    return { facts: { found: items.length }, summary: `${items.length} dark lamps`, items };
  },
});

/** How many of a list's lamps are on now. */
const countOn = defineTool({
  name: 'lamp.count_on',
  title: 'Count lamps',
  description: 'How many lamps of a list are on.',
  risk: 'read',
  input: z.strictObject({ list: z.string() }),
  facts: z.object({ on: z.number(), of: z.number() }),
  timeout: '20s',
  async read({ list }, { client, list: read }: Context) {
    const items = (await read?.(list)) ?? [];
    const on = items.filter(({ key }) => client.seen(key.slice('lamp:room/'.length)));
    return { facts: { on: on.length, of: items.length }, summary: `${on.length} of ${items.length} are on` };
  },
});

/** Which connection a lamp is on: those of the attic say so. */
const roomOf = (name: string): string => (name.includes('attic') ? 'attic' : 'default');

function makeSet<N extends string>(name: N, safeToRepeat: 'compare-and-set' | 'no') {
  const change = async (lamps: Lamps, lamp: string, on: boolean, { actionId }: Execution, phase: string) => {
    await lamps.at('before', lamp, actionId);
    lamps.state.set(lamp, { ...lamps.lamp(lamp), on, by: phase === 'execute' ? actionId : `${actionId}:undo` });
    lamps.effects.push(`${actionId} ${phase}`);
    await lamps.at('after', lamp, actionId);
    return doneWith(lamp, on);
  };
  const doneWith = (lamp: string, on: boolean): ActionOutcome => ({
    status: 'done',
    summary: `Lamp ${lamp} is ${on ? 'on' : 'off'}`,
    postState: { on },
  });
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
      await client.at('preview', lamp, '');
      const before = client.lamp(lamp);
      if (before.on === on) throw new Failure('stop.invalid-input', `lamp ${lamp} is ${on ? 'on' : 'off'} already`);
      return {
        target: { system: 'lamp', connection, key: `lamp:room/${lamp}`, name: `lamp ${lamp}`, tags: {} },
        sentence: `Switch lamp ${lamp} ${on ? 'on' : 'off'}`,
        diff: `-${before.on}\n+${on}`,
        blastRadius: { count: 1, unit: 'lamps' },
        precondition: { on: before.on, revision: before.revision ?? 0 },
        preState: { on: before.on },
        undo: `Switch lamp ${lamp} ${on ? 'off' : 'on'}`,
        owner: null,
        command: null,
        ...(lamp.includes('priceless') ? {} : { money: price }),
      };
    },
    async observe({ name: lamp }, { actionId }, { client }: Context) {
      await client.at('observe', lamp, actionId);
      const { on, revision = 0 } = client.lamp(lamp);
      return { on, revision };
    },
    execute: ({ name: lamp, on }, execution, { client }: Context) => change(client, lamp, on, execution, 'execute'),
    async reconcile({ name: lamp, on }, { actionId }, { client }: Context) {
      await client.at('reconcile', lamp, actionId);
      return client.lamp(lamp).by === actionId
        ? { status: 'done', outcome: doneWith(lamp, on) }
        : { status: 'not-done' };
    },
    undo: {
      stillOurs: async ({ name: lamp }, { actionId }, { client }: Context) => client.lamp(lamp).by === actionId,
      execute: ({ name: lamp }, execution, { client }: Context) =>
        change(client, lamp, PreState.parse(execution.preState).on, execution, 'undo'),
      reconcile: async ({ name: lamp }, { actionId, preState }, { client }: Context) =>
        client.lamp(lamp).by === `${actionId}:undo`
          ? { status: 'done', outcome: doneWith(lamp, PreState.parse(preState).on) }
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
    tools: [look, findDark, countOn, makeSet('lamp.set', 'compare-and-set'), makeSet('lamp.set_once', 'no')],
  });
