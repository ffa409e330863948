import { z } from 'zod';
import { canonicalJson } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import type { ActionOutcome } from '../../domain/grant.ts';
import type { JsonObject } from '../../domain/json.ts';
import { defineTool, type Execution, type ToolContext } from '../../sdk/define-tool.ts';
import { BucketName, bucketTags } from './bucket.ts';
import type { AwsClient } from './client.ts';
import { ALL_BLOCKED, BlockSettings, type Exposure, readBlock, readExposure } from './exposure.ts';
import { done, failed, orRefused } from './outcome.ts';
import { Region } from './settings.ts';
import { nameOf, targetOf } from './target.ts';

const Input = z.strictObject({ region: Region, bucket: BucketName });
type Args = z.output<typeof Input>;
type Context = ToolContext<AwsClient>;

/** What was there before; null: no settings at all, which is not the same as four that are off. */
const PreState = z.object({ block: BlockSettings.nullable() });
type Block = BlockSettings | null;

const same = (a: Block, b: Block): boolean => canonicalJson(a) === canonicalJson(b);
const ofBucket = ({ region, bucket }: Args): string => nameOf({ kind: 'bucket', id: bucket, region });
const preconditionOf = ({ block, policy }: Exposure): JsonObject => ({ block, policyHash: policy?.hash ?? null });

/** `aws.s3_block_public_access`: nobody reaches a bucket any more without being named. */
export const s3BlockPublicAccess = defineTool({
  name: 'aws.s3_block_public_access',
  title: 'Block public access to a bucket',
  description:
    'Turns on all four settings of the public access block of an S3 bucket: what its policy and its ACLs grant to everybody ' +
    'counts no more, at once and for all objects. Undone, exactly the settings from before are there again.',
  risk: 'write',
  reversible: 'yes',
  // S3 has no condition on this write: the settings are compared right before it, and to set the same ones twice is to set them once.
  safeToRepeat: 'compare-and-set',
  input: Input,
  timeout: '1m',

  async preview(args, { client, connection, signal }: Context) {
    const { region, bucket } = args;
    const { account } = await client.identity(signal);
    const exposure = await readExposure(client, region, bucket, signal);
    if (same(exposure.block, ALL_BLOCKED))
      throw new Failure('stop.invalid-input', `${ofBucket(args)} blocks public access already`);
    const tags = await bucketTags(client, region, bucket, signal);
    const lost =
      exposure.reasons.length === 0
        ? 'nobody loses access now'
        : `who comes in because ${exposure.reasons.join(' and ')} is refused from then on`;
    return {
      target: targetOf({ account, region, kind: 'bucket', id: bucket }, connection, tags),
      sentence: `Block public access to ${ofBucket(args)}: ${lost}`.slice(0, 500),
      diff: diffOf(exposure.block),
      blastRadius: { count: 1, unit: 'buckets' },
      precondition: preconditionOf(exposure),
      preState: { block: exposure.block },
      undo:
        exposure.block === null ? 'Remove the public access block again' : 'Put back the four settings as they were',
      owner: null,
      command:
        `aws s3api put-public-access-block --region ${region} --bucket ${bucket} --public-access-block-configuration ` +
        Object.keys(ALL_BLOCKED)
          .map((name) => `${name}=true`)
          .join(','),
      money: null,
    };
  },

  async observe({ region, bucket }, _execution, { client, signal }: Context) {
    return preconditionOf(await readExposure(client, region, bucket, signal));
  },

  execute: async (args, execution, { client, signal }: Context) =>
    await refusable(async () => {
      const exposure = await readExposure(client, args.region, args.bucket, signal);
      if (same(exposure.block, ALL_BLOCKED)) return blocked(args);
      if (canonicalJson(preconditionOf(exposure)) !== canonicalJson(execution.precondition))
        return failed(`Nothing was changed: ${ofBucket(args)} is not what was approved any more`);
      await put(client, args, ALL_BLOCKED, signal);
      return blocked(args);
    }),

  async reconcile(args, execution, { client, signal }: Context) {
    const block = await readBlock(client, args.region, args.bucket, signal);
    if (same(block, ALL_BLOCKED)) return { status: 'done', outcome: blocked(args) };
    if (same(block, before(execution))) return { status: 'not-done' };
    return { status: 'unknown', why: `the public access block of ${ofBucket(args)} was changed by somebody else` };
  },

  undo: {
    stillOurs: async ({ region, bucket }, _execution, { client, signal }: Context) =>
      same(await readBlock(client, region, bucket, signal), ALL_BLOCKED),

    execute: async (args, execution, { client, signal }: Context) =>
      await refusable(async () => {
        const was = before(execution);
        const block = await readBlock(client, args.region, args.bucket, signal);
        if (same(block, was)) return restored(args, was);
        if (!same(block, ALL_BLOCKED))
          return failed(`Nothing was changed: ${ofBucket(args)} is not as Belay left it any more`);
        await put(client, args, was, signal);
        return restored(args, was);
      }),

    async reconcile(args, execution, { client, signal }: Context) {
      const was = before(execution);
      const block = await readBlock(client, args.region, args.bucket, signal);
      if (same(block, was)) return { status: 'done', outcome: restored(args, was) };
      if (same(block, ALL_BLOCKED)) return { status: 'not-done' };
      return { status: 'unknown', why: `the public access block of ${ofBucket(args)} was changed by somebody else` };
    },
  },
});

const before = ({ preState }: Execution): Block => PreState.parse(preState).block;

const refusable = async (act: () => Promise<ActionOutcome>): Promise<ActionOutcome> =>
  await orRefused(act, (why) => `Nothing was changed: ${why}`);

async function put(client: AwsClient, { region, bucket }: Args, block: Block, signal: AbortSignal): Promise<void> {
  if (block === null) await client.ask(region, 's3.DeletePublicAccessBlock', { Bucket: bucket }, signal);
  else
    await client.ask(
      region,
      's3.PutPublicAccessBlock',
      { Bucket: bucket, PublicAccessBlockConfiguration: block },
      signal,
    );
}

const blocked = (args: Args): ActionOutcome =>
  done(`Blocked public access to ${ofBucket(args)}`, { block: ALL_BLOCKED });

const restored = (args: Args, was: Block): ActionOutcome =>
  done(
    was === null
      ? `Removed the public access block of ${ofBucket(args)} again`
      : `Put back the public access block of ${ofBucket(args)} as it was`,
    { block: was },
  );

const diffOf = (block: Block): string =>
  Object.keys(ALL_BLOCKED)
    .map((name) => {
      const was =
        block === null ? 'not set' : String(Object.entries(block).find(([key]) => key === name)?.[1] ?? false);
      return was === 'true' ? ` ${name}: true\n` : `-${name}: ${was}\n+${name}: true\n`;
    })
    .join('');
