import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWorkload } from '../../../src/tools/kubernetes/describe-workload.ts';
import { listWorkloads } from '../../../src/tools/kubernetes/list-workloads.ts';
import { readEvents } from '../../../src/tools/kubernetes/read-events.ts';
import { readPods } from '../../../src/tools/kubernetes/read-pods.ts';
import { readWorkload } from '../../../src/tools/kubernetes/read-workload.ts';
import { rolloutHistory } from '../../../src/tools/kubernetes/rollout-history.ts';
import { rolloutRestart } from '../../../src/tools/kubernetes/rollout-restart.ts';
import { rolloutUndo } from '../../../src/tools/kubernetes/rollout-undo.ts';
import { scale } from '../../../src/tools/kubernetes/scale.ts';
import { until } from '../../support/until.ts';
import { approve, contextFor } from './act.ts';
import { type KubernetesWorld, type Somebody, somebodyOn } from './kubernetes-world.ts';

const ID = 'r-00000000/1';
const OTHER_RUN = 'r-11111111/1';

/**
 * What every cluster must show of the tools: the same tests for the sandbox's and for the real API server. `users`: the
 * cluster tells users apart.
 */
export function kubernetesPromises(start: () => Promise<KubernetesWorld>, { users }: { users: boolean }): void {
  let world: KubernetesWorld;
  let somebody: Somebody;
  let context: ReturnType<typeof contextFor>;

  beforeAll(async () => {
    world = await start();
    somebody = somebodyOn(world);
  }, 120_000);
  afterAll(async () => {
    await world?.stop();
  }, 60_000);

  /** A workload with two revisions, the second one current. */
  async function workload() {
    context = contextFor(world.kubeconfig);
    const name = world.newName();
    await somebody.deploy(name, world.images[0]);
    await somebody.settled(name);
    await somebody.deploy(name, world.images[1]);
    const it = { namespace: world.namespace, name, kind: 'Deployment' as const };
    await until('there are two revisions', async () => (await history(it)).revisions.length === 2);
    return { ...it, toRevision: 1 };
  }
  const history = async (it: { namespace: string; name: string; kind: 'Deployment' }) =>
    (await rolloutHistory.read({ namespace: it.namespace, name: it.name, kind: it.kind }, context)).facts;
  const look = async ({ namespace, name, kind }: { namespace: string; name: string; kind: 'Deployment' }) =>
    (await readWorkload.read({ namespace, name, kind }, context)).facts;

  describe('reads', () => {
    test('a workload, its history, pods, events and description tell the same story', async () => {
      const { namespace, name, kind } = await workload();
      const it = { namespace, name, kind };
      await somebody.settled(name);
      const facts = await look(it);
      expect(facts).toMatchObject({
        name,
        revision: 2,
        desired: 2,
        ready: 2,
        updated: 2,
        available: 2,
        rolledOut: true,
      });
      expect(facts).toMatchObject({ images: [world.images[1]], paused: false, owner: null, lastAction: null });
      expect(readWorkload.facts.parse(facts)).toEqual(facts);
      expect(facts.clusterUid).toBe(await context.client.clusterUid(context.signal));
      expect(Date.now() - Date.parse(facts.rolledOutAt ?? '')).toBeLessThan(120_000);

      const past = await rolloutHistory.read(it, context);
      expect(past.facts.revisions.map(({ revision, current, images }) => [revision, current, images])).toEqual([
        [2, true, [world.images[1]]],
        [1, false, [world.images[0]]],
      ]);
      expect(past.content).toContain(`-    - image: ${world.images[0]}`);
      expect(past.content).toContain(`+    - image: ${world.images[1]}`);
      expect(past.facts.revisions[0]?.templateHash).toBe(facts.templateHash);

      const pods = await readPods.read(it, context);
      expect(readPods.facts.parse(pods.facts)).toMatchObject({ count: 2, ready: 2 });
      expect(pods.facts.pods[0]).toMatchObject({ ready: true, reason: null, images: [world.images[1]] });

      const events = await until('there are events', async () => {
        const found = await readEvents.read(it, context);
        return found.facts.count > 0 ? found : undefined;
      });
      expect(events.facts.events.map(({ reason }) => reason)).toContain('ScalingReplicaSet');

      const page = await describeWorkload.read(it, context);
      for (const part of [name, world.images[1], '# Conditions', '# Pods (2)', '# Events'])
        expect(page.content).toContain(part);

      const all = await listWorkloads.read({ namespace }, context);
      expect(all.facts.workloads.find((row) => row.name === name)).toMatchObject({ rolledOut: true, ready: 2 });
    }, 60_000);

    test('what is not there is named', async () => {
      context = contextFor(world.kubeconfig);
      const it = { namespace: world.namespace, kind: 'Deployment' as const, name: 'no-such-thing' };
      await expect(look(it)).rejects.toMatchObject({
        type: 'stop.not-found',
        message: expect.stringContaining(`deployments "no-such-thing" in namespace ${world.namespace}`),
      });
    });

    test('values that are named like secrets are never shown', async () => {
      const it = await workload();
      const secret = 'hunter2-hunter2';
      await somebody.deploy(it.name, world.images[1], (deployment) => {
        const [container] = deployment.spec?.template.spec?.containers ?? [];
        if (container !== undefined) container.env = [{ name: 'DB_PASSWORD', value: secret }];
      });
      const { namespace, name, kind } = it;
      const shown = await until('the revision is there', async () => {
        const { content } = await rolloutHistory.read({ namespace, name, kind }, context);
        return content?.includes('DB_PASSWORD') ? content : undefined;
      });
      const page = await describeWorkload.read({ namespace, name, kind }, context);
      const { preview } = await approve(rolloutUndo, it, ID, context);
      for (const text of [shown, page.content, JSON.stringify(preview)]) expect(text).not.toContain(secret);
      expect(preview.diff).toContain('DB_PASSWORD');
    }, 60_000);
  });

  describe('rollout_undo', () => {
    test('a preview says what would happen and changes nothing', async () => {
      const it = await workload();
      await somebody.settled(it.name);
      const before = await somebody.deployment(it.name);
      const { preview } = await approve(rolloutUndo, it, ID, context);
      expect((await somebody.deployment(it.name)).metadata).toMatchObject({
        resourceVersion: before.metadata?.resourceVersion,
        generation: before.metadata?.generation,
      });
      const facts = await look(it);
      expect(preview).toMatchObject({
        sentence: `Roll back deployment ${it.name} in ${it.namespace} to revision 1`,
        target: { key: `kubernetes:${facts.clusterUid}/${it.namespace}/deployments/${it.name}` },
        blastRadius: { count: 2, unit: 'pods', percent: 100 },
        precondition: { uid: facts.uid, templateHash: facts.templateHash },
        preState: { uid: facts.uid, revision: 2, templateHash: facts.templateHash },
        owner: null,
        command: `kubectl rollout undo deployment/${it.name} --namespace ${it.namespace} --to-revision=1`,
      });
      expect(preview.diff).toContain(`-    - image: ${world.images[1]}`);
      expect(preview.diff).toContain(`+    - image: ${world.images[0]}`);
    }, 60_000);

    test('a revision that is not there, or is there already, is refused at the preview', async () => {
      const it = await workload();
      await expect(approve(rolloutUndo, { ...it, toRevision: 9 }, ID, context)).rejects.toMatchObject({
        type: 'stop.not-found',
        message: expect.stringContaining('its history: 2, 1'),
      });
      await expect(approve(rolloutUndo, { ...it, toRevision: 2 }, ID, context)).rejects.toMatchObject({
        type: 'stop.invalid-input',
      });
    }, 60_000);

    test('done twice, also at the same time, it has one effect; undone twice, too', async () => {
      const it = await workload();
      const { args, execution, preview } = await approve(rolloutUndo, it, ID, context);
      expect(await rolloutUndo.reconcile(args, execution, context)).toEqual({ status: 'not-done' });

      const [first, second] = await Promise.all([
        rolloutUndo.execute(args, execution, context),
        rolloutUndo.execute(args, execution, context),
      ]);
      expect([first.status, second.status]).toEqual(['done', 'done']);
      const after = await somebody.deployment(it.name);
      expect(await rolloutUndo.execute(args, execution, context)).toEqual(first);
      expect((await somebody.deployment(it.name)).metadata?.generation).toBe(after.metadata?.generation);
      await somebody.settled(it.name);
      expect(await look(it)).toMatchObject({ revision: 3, images: [world.images[0]], lastAction: ID });
      expect(await rolloutUndo.reconcile(args, execution, context)).toEqual({ status: 'done', outcome: first });

      const left = { ...execution, postState: first.postState };
      expect(await rolloutUndo.undo?.reconcile(args, left, context)).toEqual({ status: 'not-done' });
      expect(await rolloutUndo.undo?.stillOurs(args, left, context)).toBe(true);
      const undone = await rolloutUndo.undo?.execute(args, left, context);
      expect(undone?.status).toBe('done');
      await somebody.settled(it.name);
      const back = await look(it);
      expect(back).toMatchObject({ images: [world.images[1]], lastAction: `${ID}:undo` });
      expect(back.templateHash).toBe(preview.precondition['templateHash']);
      const generation = (await somebody.deployment(it.name)).metadata?.generation;
      expect(await rolloutUndo.undo?.execute(args, left, context)).toEqual(undone);
      expect((await somebody.deployment(it.name)).metadata?.generation).toBe(generation);
      expect(await rolloutUndo.undo?.reconcile(args, left, context)).toMatchObject({ status: 'done' });
      // That it was done stays true after it was taken back.
      expect(await rolloutUndo.reconcile(args, execution, context)).toMatchObject({ status: 'done' });
    }, 60_000);

    test('a revision that comes in between changes the precondition, and nothing is done', async () => {
      const it = await workload();
      const { args, execution } = await approve(rolloutUndo, it, ID, context);
      await somebody.deploy(it.name, world.images[1], (deployment) => {
        const [container] = deployment.spec?.template.spec?.containers ?? [];
        if (container !== undefined) container.env = [{ name: 'MODE', value: 'hotfix' }];
      });
      expect(await rolloutUndo.observe(args, execution, context)).not.toEqual(execution.precondition);
      expect(await rolloutUndo.execute(args, execution, context)).toMatchObject({
        status: 'failed',
        summary: expect.stringContaining('Nothing was changed'),
      });
      expect(await look(it)).toMatchObject({ images: [world.images[1]], lastAction: null });
      // It neither happened nor is the workload as it was: only a human can tell.
      expect(await rolloutUndo.reconcile(args, execution, context)).toMatchObject({ status: 'unknown' });
    }, 60_000);

    test('a restart or a scaling in between changes no mind', async () => {
      const it = await workload();
      const { args, execution } = await approve(rolloutUndo, it, ID, context);
      await somebody.change(it.name, (deployment) => {
        if (deployment.spec === undefined) return;
        deployment.spec.replicas = 3;
        const { metadata } = deployment.spec.template;
        if (metadata !== undefined)
          metadata.annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
      });
      expect(await rolloutUndo.observe(args, execution, context)).toEqual(execution.precondition);
      expect(await rolloutUndo.execute(args, execution, context)).toMatchObject({ status: 'done' });
      expect(await look(it)).toMatchObject({ desired: 3, images: [world.images[0]] });
    }, 60_000);

    test('an undo only runs while the workload is as it was left', async () => {
      const it = await workload();
      const { args, execution } = await approve(rolloutUndo, it, ID, context);
      const done = await rolloutUndo.execute(args, execution, context);
      const left = { ...execution, postState: done.postState };
      await somebody.settled(it.name);
      await somebody.deploy(it.name, world.images[1], (deployment) => {
        const [container] = deployment.spec?.template.spec?.containers ?? [];
        if (container !== undefined) container.env = [{ name: 'MODE', value: 'fixed' }];
      });
      expect(await rolloutUndo.undo?.stillOurs(args, left, context)).toBe(false);
      expect(await rolloutUndo.undo?.execute(args, left, context)).toMatchObject({ status: 'failed' });
      expect(await look(it)).toMatchObject({ images: [world.images[1]] });
    }, 60_000);

    test('the same version left by another run is not ours to undo', async () => {
      const it = await workload();
      const { args, execution } = await approve(rolloutUndo, it, ID, context);
      const done = await rolloutUndo.execute(args, execution, context);
      await until('the controller has made the revision', async () => (await look(it)).revision === 3);
      const restart = await approve(rolloutRestart, { namespace: it.namespace, name: it.name }, OTHER_RUN, context);
      await rolloutRestart.execute(restart.args, restart.execution, context);
      const left = { ...execution, postState: done.postState };
      expect(await rolloutUndo.undo?.stillOurs(args, left, context)).toBe(false);
    }, 60_000);

    test('a paused workload is refused, with what to do', async () => {
      const it = await workload();
      await somebody.change(it.name, (deployment) => {
        if (deployment.spec !== undefined) deployment.spec.paused = true;
      });
      await expect(approve(rolloutUndo, it, ID, context)).rejects.toMatchObject({
        type: 'stop.unsupported',
        message: expect.stringContaining('resume it first'),
      });
    }, 60_000);
  });

  describe('scale', () => {
    test('scales once, and back', async () => {
      const { toRevision: _, ...it } = await workload();
      const { args, execution, preview } = await approve(scale, { ...it, replicas: 3 }, ID, context);
      expect(preview).toMatchObject({ blastRadius: { count: 1, percent: 50 }, precondition: { replicas: 2 } });
      const done = await scale.execute(args, execution, context);
      expect(await scale.execute(args, execution, context)).toEqual(done);
      expect(await look(it)).toMatchObject({ desired: 3, lastAction: ID });
      const left = { ...execution, postState: done.postState };
      expect(await scale.undo?.stillOurs(args, left, context)).toBe(true);
      expect(await scale.undo?.execute(args, left, context)).toMatchObject({ status: 'done' });
      expect(await look(it)).toMatchObject({ desired: 2 });
      await expect(approve(scale, { ...it, replicas: 2 }, ID, context)).rejects.toMatchObject({
        type: 'stop.invalid-input',
      });
    }, 60_000);

    test('a number that somebody else set in between is left alone', async () => {
      const { toRevision: _, ...it } = await workload();
      const { args, execution } = await approve(scale, { ...it, replicas: 3 }, ID, context);
      await somebody.change(it.name, (deployment) => {
        if (deployment.spec !== undefined) deployment.spec.replicas = 4;
      });
      expect(await scale.observe(args, execution, context)).not.toEqual(execution.precondition);
      expect(await scale.execute(args, execution, context)).toMatchObject({ status: 'failed' });
      expect(await look(it)).toMatchObject({ desired: 4, lastAction: null });
    }, 60_000);
  });

  describe('rollout_restart', () => {
    test('replaces the pods once and keeps the version', async () => {
      const { toRevision: _, ...it } = await workload();
      await somebody.settled(it.name);
      const before = await look(it);
      const { args, execution, preview } = await approve(rolloutRestart, it, ID, context);
      expect(preview).toMatchObject({ undo: null, diff: '' });
      expect(await rolloutRestart.reconcile(args, execution, context)).toEqual({ status: 'not-done' });
      const done = await rolloutRestart.execute(args, execution, context);
      expect(done.status).toBe('done');
      expect(await rolloutRestart.execute(args, execution, context)).toEqual(done);
      await somebody.settled(it.name);
      const after = await look(it);
      expect(after).toMatchObject({ revision: 3, templateHash: before.templateHash, lastAction: ID });
      expect(await rolloutRestart.reconcile(args, execution, context)).toMatchObject({ status: 'done' });
    }, 60_000);
  });

  test('two actions of one run are undone in reverse', async () => {
    const { toRevision, ...it } = await workload();
    const first = await approve(rolloutUndo, { ...it, toRevision }, 'r-00000000/1', context);
    const firstDone = await rolloutUndo.execute(first.args, first.execution, context);
    const second = await approve(scale, { ...it, replicas: 3 }, 'r-00000000/2', context);
    const secondDone = await scale.execute(second.args, second.execution, context);
    expect(await rolloutUndo.reconcile(first.args, first.execution, context)).toMatchObject({ status: 'done' });
    const secondLeft = { ...second.execution, postState: secondDone.postState };
    expect(await scale.undo?.execute(second.args, secondLeft, context)).toMatchObject({ status: 'done' });
    const firstLeft = { ...first.execution, postState: firstDone.postState };
    expect(await rolloutUndo.undo?.execute(first.args, firstLeft, context)).toMatchObject({ status: 'done' });
    expect(await look(it)).toMatchObject({ desired: 2, images: [world.images[1]] });
  }, 60_000);

  (users ? test : test.skip)(
    'a credential that may only read is told the rule it lacks, before anybody is asked to approve',
    async () => {
      const it = await workload();
      const reader = contextFor(world.readerKubeconfig ?? '');
      await expect(approve(rolloutUndo, it, ID, reader)).rejects.toMatchObject({
        type: 'stop.forbidden',
        message: expect.stringContaining('{apiGroups: ["apps"], resources: ["deployments"], verbs: ["update"]}'),
      });
    },
    60_000,
  );
}
