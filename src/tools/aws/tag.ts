import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { ActionOutcome } from '../../domain/grant.ts';
import { defineTool, type Execution, type ToolContext } from '../../sdk/define-tool.ts';
import { oneLine } from '../one-line.ts';
import type { AwsClient } from './client.ts';
import { done, failed, orRefused } from './outcome.ts';
import { Region } from './settings.ts';
import type { Tags } from './tags.ts';
import { kindOfResource, readTags, ResourceId } from './tagged.ts';
import { nameOf, targetOf } from './target.ts';

const Input = z.strictObject({
  region: Region,
  resource: ResourceId,
  key: z
    .string()
    .min(1)
    .max(127)
    .refine((key) => !/^aws:/i.test(key), 'begins with aws:, which is for AWS alone')
    .describe('Name of the tag'),
  value: z.string().max(255).nullable().describe('Its new value; null takes the tag off'),
});
type Args = z.output<typeof Input>;
type Context = ToolContext<AwsClient>;
const Value = z.object({ value: z.string().nullable() });

const valueIn = (tags: Tags, key: string): string | null => (Object.hasOwn(tags, key) ? (tags[key] ?? null) : null);
const ofResource = ({ region, resource }: Args): string =>
  nameOf({ kind: kindOfResource(resource), id: resource, region });
const shown = (value: string | null): string => (value === null ? 'no such tag' : `"${oneLine(value, 200)}"`);

/** `aws.tag`: sets or takes off one tag of a volume, snapshot or instance. */
export const tag = defineTool({
  name: 'aws.tag',
  title: 'Set a tag',
  description:
    'Sets one tag of a volume, snapshot or instance, or takes it off (value null). Policies and other people’s automation may ' +
    'act on tags.',
  risk: 'write',
  reversible: 'yes',
  // EC2 has no condition on this write: the value is compared right before it, and to set the same one twice is to set it once.
  safeToRepeat: 'compare-and-set',
  input: Input,
  timeout: '30s',

  async preview(args, { client, connection, signal }: Context) {
    const { account } = await client.identity(signal);
    const tags = await readTags(client, args.region, args.resource, signal);
    const now = valueIn(tags, args.key);
    const { key, value, region, resource } = args;
    if (now === value)
      throw new Failure('stop.invalid-input', `${ofResource(args)} has ${shown(value)} for ${key} already`);
    return {
      target: targetOf({ account, region, kind: kindOfResource(resource), id: resource }, connection, tags),
      sentence:
        value === null
          ? `Take tag ${oneLine(key, 127)} off ${ofResource(args)}`
          : `Set tag ${oneLine(key, 127)} of ${ofResource(args)} to ${shown(value)}`,
      diff: `-${key}: ${now ?? '(none)'}\n+${key}: ${value ?? '(none)'}\n`,
      blastRadius: { count: 1, unit: 'tags' },
      precondition: { value: now },
      preState: { value: now },
      undo:
        now === null
          ? `Take tag ${oneLine(key, 127)} off again`
          : `Set tag ${oneLine(key, 127)} to ${shown(now)} again`,
      owner: null,
      command: commandOf(args),
      money: null,
    };
  },

  async observe({ region, resource, key }, _execution, { client, signal }: Context) {
    return { value: valueIn(await readTags(client, region, resource, signal), key) };
  },

  execute: async (args, execution, context: Context) =>
    await change(args, { from: was(execution), to: args.value }, context),

  reconcile: async (args, execution, context: Context) =>
    await lookFor(args, { from: was(execution), to: args.value }, context),

  undo: {
    stillOurs: async (args, _execution, { client, signal }: Context) =>
      valueIn(await readTags(client, args.region, args.resource, signal), args.key) === args.value,

    execute: async (args, execution, context: Context) =>
      await change(args, { from: args.value, to: was(execution) }, context),

    reconcile: async (args, execution, context: Context) =>
      await lookFor(args, { from: args.value, to: was(execution) }, context),
  },
});

interface Change {
  readonly from: string | null;
  readonly to: string | null;
}

const was = ({ preState }: Execution): string | null => Value.parse(preState).value;

const changed = (args: Args, to: string | null): ActionOutcome =>
  done(
    to === null
      ? `Took tag ${oneLine(args.key, 127)} off ${ofResource(args)}`
      : `Set tag ${oneLine(args.key, 127)} of ${ofResource(args)} to ${shown(to)}`,
    { value: to },
  );

async function change(args: Args, { from, to }: Change, { client, signal }: Context): Promise<ActionOutcome> {
  const { region, resource, key } = args;
  return await orRefused(
    async () => {
      const now = valueIn(await readTags(client, region, resource, signal), key);
      if (now === to) return changed(args, to);
      if (now !== from)
        return failed(`Nothing was changed: somebody set ${key} of ${ofResource(args)} to ${shown(now)}`);
      const Resources = [resource];
      // With its value, EC2 takes it off only while it still has that one.
      if (to === null)
        await client.ask(region, 'ec2.DeleteTags', { Resources, Tags: [{ Key: key, Value: from ?? '' }] }, signal);
      else await client.ask(region, 'ec2.CreateTags', { Resources, Tags: [{ Key: key, Value: to }] }, signal);
      return changed(args, to);
    },
    (why) => `Nothing was changed: ${why}`,
  );
}

/** The value itself says whether an attempt took effect; whoever set the same one did the same. */
async function lookFor(args: Args, { from, to }: Change, { client, signal }: Context) {
  const now = valueIn(await readTags(client, args.region, args.resource, signal), args.key);
  if (now === to) return { status: 'done', outcome: changed(args, to) } as const;
  if (now === from) return { status: 'not-done' } as const;
  return { status: 'unknown', why: `somebody set ${args.key} of ${ofResource(args)} to ${shown(now)}` } as const;
}

/** For a shell: quoted so that what is in it stays text. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function commandOf({ region, resource, key, value }: Args): string {
  const tags = JSON.stringify(value === null ? [{ Key: key }] : [{ Key: key, Value: value }]);
  return `aws ec2 ${value === null ? 'delete' : 'create'}-tags --region ${region} --resources ${resource} --tags ${quoted(tags)}`;
}
