import { z } from 'zod';
import { defineTool, type Execution, Failure, type ToolContext } from '../../src/sdk/index.ts';
import type { FlagService } from './flag-service.ts';

const Input = z.strictObject({
  flag: z.string().min(1).max(80).describe('Name of the flag'),
  enabled: z.boolean().describe('Whether it should be on'),
});
type Args = z.output<typeof Input>;
type Context = ToolContext<FlagService>;

/** What a person's approval rests on, what an undo restores, what an execution left behind: version and state. */
const Seen = z.object({ enabled: z.boolean(), version: z.number().int() });

const word = (enabled: boolean): string => (enabled ? 'on' : 'off');
const markOf = ({ actionId }: Execution, phase: 'execute' | 'undo'): string => `belay ${actionId} ${phase}`;

/** One change, at exactly the version that was seen; `mark` tells later who did it. */
async function change(
  { flag, enabled, version }: { flag: string } & z.infer<typeof Seen>,
  mark: string,
  { client, signal }: Context,
) {
  const left = await client.put({ name: flag, enabled, version, mark }, signal);
  if (left === undefined)
    return { status: 'failed', summary: `${flag} was changed meanwhile`, postState: null } as const;
  const postState = { enabled, version: left.version };
  return { status: 'done', summary: `Turned ${flag} ${word(enabled)}`, postState } as const;
}

/** Whether an attempt took effect: the service keeps the mark of the last change only. */
async function lookFor(mark: string, before: unknown, { flag }: Args, { client, signal }: Context) {
  const { enabled, version, changedBy } = await client.get(flag, signal);
  if (changedBy === mark) {
    const outcome = {
      status: 'done',
      summary: `Turned ${flag} ${word(enabled)}`,
      postState: { enabled, version },
    } as const;
    return { status: 'done', outcome } as const;
  }
  if (version === Seen.parse(before).version) return { status: 'not-done' } as const;
  return { status: 'unknown', why: `${flag} was changed by ${changedBy ?? 'somebody'} since` } as const;
}

/** `flags.set`: turns one flag on or off. */
export const setFlag = defineTool({
  name: 'flags.set',
  title: 'Turn a flag on or off',
  description: 'Turns a feature flag on or off for everybody. Takes effect within seconds.',
  risk: 'write',
  reversible: 'yes',
  safeToRepeat: 'compare-and-set',
  input: Input,
  timeout: '10s',

  async preview({ flag, enabled }, { client, connection, signal }: Context) {
    const now = await client.get(flag, signal);
    if (now.enabled === enabled) throw new Failure('stop.invalid-input', `${flag} is ${word(enabled)} already`);
    const seen = { enabled: now.enabled, version: now.version };
    return {
      target: { system: 'flags', connection, key: `flags:${connection}/${flag}`, name: `flag ${flag}`, tags: {} },
      sentence: `Turn flag ${flag} ${word(enabled)}`,
      diff: `-${flag}: ${word(now.enabled)}\n+${flag}: ${word(enabled)}\n`,
      blastRadius: { count: 1, unit: 'flags' },
      precondition: seen,
      preState: seen,
      undo: `Turn flag ${flag} ${word(now.enabled)} again`,
      owner: null,
      command: null,
    };
  },

  async observe({ flag }, _execution, { client, signal }: Context) {
    const { enabled, version } = await client.get(flag, signal);
    return { enabled, version };
  },

  execute: async ({ flag, enabled }, execution, context: Context) =>
    change(
      { flag, enabled, version: Seen.parse(execution.precondition).version },
      markOf(execution, 'execute'),
      context,
    ),

  reconcile: async (args, execution, context: Context) =>
    lookFor(markOf(execution, 'execute'), execution.preState, args, context),

  undo: {
    async stillOurs({ flag }, execution, { client, signal }: Context) {
      return (await client.get(flag, signal)).changedBy === markOf(execution, 'execute');
    },
    execute: async ({ flag }, execution, context: Context) => {
      const { enabled } = Seen.parse(execution.preState);
      const { version } = Seen.parse(execution.postState);
      return change({ flag, enabled, version }, markOf(execution, 'undo'), context);
    },
    reconcile: async (args, execution, context: Context) =>
      lookFor(markOf(execution, 'undo'), execution.postState, args, context),
  },
});
