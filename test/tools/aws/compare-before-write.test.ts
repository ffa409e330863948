import { describe, expect, test } from '@jest/globals';
import { BlockSettings } from '../../../src/tools/aws/exposure.ts';
import { s3BlockPublicAccess } from '../../../src/tools/aws/s3-block-public-access.ts';
import { tag } from '../../../src/tools/aws/tag.ts';
import { approved } from './aws-world.ts';
import { ACCOUNT, awsError, contextWith, type FakeAws, fakeAws, REGION, type Script, volume } from './fake-aws.ts';

const OFF = { BlockPublicAcls: false, IgnorePublicAcls: false, BlockPublicPolicy: false, RestrictPublicBuckets: false };
const ALL = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
const writes = ({ asked }: Pick<FakeAws, 'asked'>) =>
  asked.filter(({ operation }) => /\.(Put|Delete|Create)/.test(operation));

describe('aws.s3_block_public_access', () => {
  const args = { region: REGION, bucket: 'shop' };
  const { undo } = s3BlockPublicAccess;
  if (undo === undefined) throw new Error('it has an undo');

  function bucket(start: typeof ALL | null, script: Script = {}) {
    const state = { block: start, policy: '{"Version":"2012-10-17","Statement":[]}' };
    const fake = fakeAws({
      's3.GetPublicAccessBlock': () => {
        if (state.block === null) throw awsError('NoSuchPublicAccessBlockConfiguration', 404);
        return { PublicAccessBlockConfiguration: state.block };
      },
      's3.GetBucketPolicy': () => ({ Policy: state.policy }),
      's3.GetBucketPolicyStatus': () => ({ PolicyStatus: { IsPublic: true } }),
      's3.GetBucketAcl': () => ({ Grants: [] }),
      's3.GetBucketTagging': () => ({ TagSet: [{ Key: 'TEAM', Value: 'web' }] }),
      's3.PutPublicAccessBlock': ({ PublicAccessBlockConfiguration: given }) => {
        state.block = BlockSettings.parse({ ...OFF, ...given });
        return {};
      },
      's3.DeletePublicAccessBlock': () => {
        state.block = null;
        return {};
      },
      ...script,
    });
    return { ...fake, state, context: contextWith(fake.client) };
  }
  const approve = async ({ context }: ReturnType<typeof bucket>) =>
    approved(s3BlockPublicAccess, args, await s3BlockPublicAccess.preview(args, context));

  test('the card says who loses what', async () => {
    const preview = await s3BlockPublicAccess.preview(args, bucket(null).context);
    expect(preview).toMatchObject({
      sentence: `Block public access to bucket shop in ${REGION}: who comes in because its policy is public is refused from then on`,
      target: { key: `aws:${ACCOUNT}/${REGION}/bucket/shop`, tags: { team: 'web', account: ACCOUNT, region: REGION } },
      preState: { block: null },
      undo: 'Remove the public access block again',
    });
    expect(preview.diff).toContain('-RestrictPublicBuckets: not set\n+RestrictPublicBuckets: true');
  });

  test.each([
    ['none', null, ['s3.PutPublicAccessBlock', 's3.DeletePublicAccessBlock']],
    ['all off', OFF, ['s3.PutPublicAccessBlock', 's3.PutPublicAccessBlock']],
    ['one of four', { ...OFF, BlockPublicAcls: true }, ['s3.PutPublicAccessBlock', 's3.PutPublicAccessBlock']],
  ] as const)('undone, exactly the settings from before are there again: %s', async (_, start, expected) => {
    const it = bucket(start);
    const execution = await approve(it);
    const outcome = await s3BlockPublicAccess.execute(args, execution, it.context);
    expect(it.state.block).toEqual(ALL);
    expect(await s3BlockPublicAccess.execute(args, execution, it.context)).toEqual(outcome);
    expect(await s3BlockPublicAccess.reconcile(args, execution, it.context)).toEqual({ status: 'done', outcome });
    const after = { ...execution, postState: outcome.postState };
    expect(await undo.stillOurs(args, after, it.context)).toBe(true);
    expect(await undo.reconcile(args, after, it.context)).toEqual({ status: 'not-done' });
    const undone = await undo.execute(args, after, it.context);
    expect(it.state.block).toEqual(start);
    expect(await undo.reconcile(args, after, it.context)).toEqual({ status: 'done', outcome: undone });
    expect(writes(it).map(({ operation }) => operation)).toEqual(expected);
  });

  test('another policy, or other settings, since the approval: nothing is changed', async () => {
    for (const change of [{ policy: '{"Statement":[1]}' }, { block: { ...OFF, IgnorePublicAcls: true } }]) {
      const it = bucket(OFF);
      const execution = await approve(it);
      Object.assign(it.state, change);
      expect(await s3BlockPublicAccess.observe(args, execution, it.context)).not.toEqual(execution.precondition);
      expect(await s3BlockPublicAccess.execute(args, execution, it.context)).toMatchObject({ status: 'failed' });
      expect(writes(it)).toEqual([]);
    }
  });

  test('the same policy, written otherwise, is the same', async () => {
    const it = bucket(OFF);
    const execution = await approve(it);
    it.state.policy = '{ "Statement": [], "Version": "2012-10-17" }';
    expect(await s3BlockPublicAccess.observe(args, execution, it.context)).toEqual(execution.precondition);
  });

  test('somebody else’s settings after ours are left as they are, and are no end that anybody knows', async () => {
    const it = bucket(null);
    const execution = await approve(it);
    it.state.block = { ...ALL, RestrictPublicBuckets: false };
    expect(await undo.stillOurs(args, execution, it.context)).toBe(false);
    expect(await undo.execute(args, execution, it.context)).toMatchObject({ status: 'failed' });
    expect(await s3BlockPublicAccess.reconcile(args, execution, it.context)).toMatchObject({ status: 'unknown' });
    expect(await undo.reconcile(args, execution, it.context)).toMatchObject({ status: 'unknown' });
    expect(writes(it)).toEqual([]);
  });

  test('a right that is missing is a clear no; silence is not', async () => {
    const denied = bucket(null, {
      's3.PutPublicAccessBlock': () => {
        throw awsError('AccessDenied', 403);
      },
    });
    expect(await s3BlockPublicAccess.execute(args, await approve(denied), denied.context)).toMatchObject({
      status: 'failed',
      summary: expect.stringContaining('may not s3:PutBucketPublicAccessBlock'),
    });
    const silent = bucket(null, {
      's3.PutPublicAccessBlock': () => {
        throw new Error('socket hang up');
      },
    });
    await expect(s3BlockPublicAccess.execute(args, await approve(silent), silent.context)).rejects.toMatchObject({
      type: 'retry.unreachable',
    });
  });

  test('what is blocked already needs nobody’s approval', async () => {
    await expect(approve(bucket(ALL))).rejects.toMatchObject({ type: 'stop.invalid-input' });
  });
});

describe('aws.tag', () => {
  const args = { region: REGION, resource: 'vol-0a0a0a0a', key: 'team', value: 'web' as string | null };
  const { undo } = tag;
  if (undo === undefined) throw new Error('it has an undo');

  function resource(start: Record<string, string>) {
    const state = { tags: { ...start } };
    const fake = fakeAws({
      'ec2.DescribeVolumes': () => ({
        Volumes: [volume('vol-0a0a0a0a', { Tags: Object.entries(state.tags).map(([Key, Value]) => ({ Key, Value })) })],
      }),
      'ec2.CreateTags': ({ Tags = [] }) => {
        for (const { Key = '', Value = '' } of Tags) state.tags[Key] = Value;
        return {};
      },
      'ec2.DeleteTags': ({ Tags = [] }) => {
        for (const { Key = '', Value } of Tags) if (state.tags[Key] === Value) delete state.tags[Key];
        return {};
      },
    });
    return { ...fake, state, context: contextWith(fake.client) };
  }

  test.each([
    ['new', {}, 'web'],
    ['other', { team: 'ops' }, 'web'],
    ['off', { team: 'ops' }, null],
    ['from empty', { team: '' }, 'web'],
  ])('set, and set back to exactly what was there: %s', async (_, start, value) => {
    const it = resource(start);
    const asked = { ...args, value };
    const execution = approved(tag, asked, await tag.preview(asked, it.context));
    const outcome = await tag.execute(asked, execution, it.context);
    expect(it.state.tags).toEqual(value === null ? {} : { team: value });
    expect(await tag.execute(asked, execution, it.context)).toEqual(outcome);
    expect(await tag.reconcile(asked, execution, it.context)).toEqual({ status: 'done', outcome });
    expect(await undo.stillOurs(asked, execution, it.context)).toBe(true);
    expect(await undo.execute(asked, execution, it.context)).toMatchObject({ status: 'done' });
    expect(it.state.tags).toEqual(start);
    expect(await tag.reconcile(asked, execution, it.context)).toEqual({ status: 'not-done' });
    expect(writes(it)).toHaveLength(2);
  });

  test('somebody else’s value in between is left as it is', async () => {
    const it = resource({ team: 'ops' });
    const execution = approved(tag, args, await tag.preview(args, it.context));
    it.state.tags = { team: 'data' };
    expect(await tag.observe(args, execution, it.context)).not.toEqual(execution.precondition);
    expect(await tag.execute(args, execution, it.context)).toMatchObject({
      status: 'failed',
      summary: expect.stringContaining('"data"'),
    });
    expect(await tag.reconcile(args, execution, it.context)).toMatchObject({ status: 'unknown' });
    expect(await undo.stillOurs(args, execution, it.context)).toBe(false);
    expect(await undo.execute(args, execution, it.context)).toMatchObject({ status: 'failed' });
    expect(writes(it)).toEqual([]);
  });

  test('what is set already needs nobody’s approval, and a resource that is not there is named', async () => {
    await expect(tag.preview(args, resource({ team: 'web' }).context)).rejects.toMatchObject({
      type: 'stop.invalid-input',
    });
    const gone = fakeAws({ 'ec2.DescribeVolumes': () => ({ Volumes: [] }) });
    await expect(tag.preview(args, contextWith(gone.client))).rejects.toMatchObject({
      type: 'stop.not-found',
      message: expect.stringContaining('vol-0a0a0a0a'),
    });
  });

  test('in the command for a shell a value is text, whatever it is', async () => {
    const { command } = await tag.preview({ ...args, value: `a'; rm -rf $(x) "` }, resource({}).context);
    expect(command).toMatch(/--tags '\[\{"Key":"team","Value":"a'\\''; rm -rf \$\(x\) \\""\}\]'$/);
  });

  test.each([
    ['aws:x', 'vol-0a0a0a0a'],
    ['', 'vol-0a0a0a0a'],
    ['team', 'sg-0a0a0a0a'],
    ['team', 'vol-0a0a0a0a/../x'],
  ])('key "%s" of %s is refused', (key, resourceId) => {
    expect(tag.input.safeParse({ ...args, key, resource: resourceId }).success).toBe(false);
  });
});
