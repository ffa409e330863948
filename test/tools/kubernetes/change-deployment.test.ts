import { expect, test } from '@jest/globals';
import { Failure } from '../../../src/domain/failure.ts';
import { rolloutUndo } from '../../../src/tools/kubernetes/rollout-undo.ts';
import { approve } from './act.ts';
import { fakeCluster, type FakeOptions } from './fake-client.ts';

const ID = 'r-00000000/1';
async function approved(options: FakeOptions) {
  const cluster = fakeCluster(options);
  const context = {
    client: cluster.client,
    connection: 'default',
    signal: new AbortController().signal,
    now: () => new Date(),
  };
  const { args, execution } = await approve(
    rolloutUndo,
    { namespace: 'shop', name: 'checkout', toRevision: 1 },
    ID,
    context,
  );
  const image = () => cluster.deployment().spec?.template.spec?.containers[0]?.image;
  return { cluster, context, args, execution, image };
}

test('somebody else’s harmless writes in between do not stop an approved action', async () => {
  const { args, execution, context, image, cluster } = await approved({
    beforePut: (attempt, touch) => {
      if (attempt <= 3) touch((deployment) => ({ ...deployment.status }));
    },
  });
  expect(await rolloutUndo.execute(args, execution, context)).toMatchObject({ status: 'done' });
  expect([image(), cluster.writes()]).toEqual(['checkout:1', 1]);
});

test('somebody else’s new version in the very moment of writing does: the check is made again', async () => {
  const { args, execution, context, image } = await approved({
    beforePut: (attempt, touch) => {
      if (attempt > 1) return;
      touch((deployment) => {
        const [container] = deployment.spec?.template.spec?.containers ?? [];
        if (container !== undefined) container.image = 'checkout:hotfix';
      });
    },
  });
  expect(await rolloutUndo.execute(args, execution, context)).toMatchObject({ status: 'failed' });
  expect(image()).toBe('checkout:hotfix');
});

test('a fight that does not end is given up, with nothing changed', async () => {
  const { args, execution, context, cluster } = await approved({ beforePut: (_, touch) => touch(() => undefined) });
  expect(await rolloutUndo.execute(args, execution, context)).toMatchObject({
    status: 'failed',
    summary: 'Nothing was changed: others wrote to the object 5 times in between',
  });
  expect(cluster.writes()).toBe(0);
});

test('a lost answer leaves the end open; a look at the mark closes it, and repeating writes nothing', async () => {
  const { args, execution, context, image, cluster } = await approved({
    afterPut: () => {
      throw new Failure('retry.unreachable', 'connection reset');
    },
  });
  await expect(rolloutUndo.execute(args, execution, context)).rejects.toMatchObject({ type: 'retry.unreachable' });
  expect(await rolloutUndo.reconcile(args, execution, context)).toMatchObject({ status: 'done' });
  expect(await rolloutUndo.execute(args, execution, context)).toMatchObject({ status: 'done' });
  expect([image(), cluster.writes()]).toEqual(['checkout:1', 1]);
});

test('a clear no of the server is a failed action; silence is thrown and stays open', async () => {
  const no = await approved({
    beforePut: () => {
      throw new Failure('stop.forbidden', 'may not update');
    },
  });
  expect(await rolloutUndo.execute(no.args, no.execution, no.context)).toEqual({
    status: 'failed',
    summary: 'Nothing was changed: may not update',
    postState: null,
  });
  const silence = await approved({
    beforePut: () => {
      throw new Failure('retry.unreachable', 'timeout');
    },
  });
  await expect(rolloutUndo.execute(silence.args, silence.execution, silence.context)).rejects.toMatchObject({
    type: 'retry.unreachable',
  });
  expect(await rolloutUndo.reconcile(silence.args, silence.execution, silence.context)).toEqual({ status: 'not-done' });
});

test('a recorded state that is not ours is refused, not guessed at', async () => {
  const { args, execution, context } = await approved({});
  expect(await rolloutUndo.undo?.stillOurs(args, { ...execution, postState: null }, context)).toBe(false);
  await expect(rolloutUndo.execute(args, { ...execution, preState: { revision: 'x' } }, context)).rejects.toThrow();
});
