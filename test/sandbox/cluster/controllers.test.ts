import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isReady } from '../../../sandbox/cluster/objects.ts';
import { rolloutBounds } from '../../../sandbox/cluster/rolling-update.ts';
import { heal } from '../../../sandbox/stories/heal.ts';
import { badDeploy } from '../../../sandbox/stories/bad-deploy.ts';
import { ToyCluster } from './toy-cluster.ts';

describe('a rollout', () => {
  test('makes a ReplicaSet of its own, moves all pods there and counts the revision up', () => {
    const cluster = new ToyCluster();
    const before = cluster.activeSet;
    cluster.roll('2.4.0');
    cluster.settle();
    expect(cluster.activeSet.metadata.name).not.toBe(before.metadata.name);
    expect(cluster.history).toEqual([1, 2]);
    expect(cluster.checkout.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '2' });
    expect(cluster.checkout.status).toMatchObject({
      observedGeneration: 2,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(cluster.pods().map(({ spec }) => spec.containers[0]?.image)).toEqual(
      Array.from({ length: 3 }, () => 'registry.example/checkout:2.4.0'),
    );
  });

  test('back to a template seen before uses its old ReplicaSet again, under a new revision', () => {
    const cluster = new ToyCluster();
    const first = cluster.activeSet;
    cluster.roll('2.4.0');
    cluster.settle();
    cluster.roll('2.3.1');
    cluster.settle();
    expect(cluster.activeSet.metadata.uid).toBe(first.metadata.uid);
    expect(cluster.history).toEqual([2, 3]);
    expect(cluster.activeSet.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision-history': '1' });
    expect(cluster.checkout.metadata.generation).toBe(3);
  });

  test('what a typed client adds to a template, nulls and empty objects, does not make it another one', () => {
    const cluster = new ToyCluster();
    const first = cluster.activeSet;
    cluster.roll('2.4.0');
    cluster.settle();
    cluster.change(({ spec }) => {
      spec.template = structuredClone(first.spec.template);
      delete spec.template.metadata.labels?.['pod-template-hash'];
      Object.assign(spec.template.metadata, { creationTimestamp: null });
      Object.assign(spec.template.spec, { securityContext: {} });
    });
    cluster.settle();
    expect(cluster.activeSet.metadata.uid).toBe(first.metadata.uid);
  });

  test('a restart, which only changes an annotation of the template, makes new pods in a new ReplicaSet', () => {
    const cluster = new ToyCluster();
    const before = new Set(cluster.pods().map(({ metadata }) => metadata.uid));
    cluster.change(({ spec }) => {
      spec.template.metadata.annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-31T12:00:00Z' };
    });
    cluster.settle();
    expect(cluster.history).toEqual([1, 2]);
    expect(cluster.pods()).toHaveLength(3);
    expect(cluster.pods().some(({ metadata }) => before.has(metadata.uid))).toBe(false);
  });

  test('whose pods never get ready stops before it takes capacity away, and says that it is not done', () => {
    const cluster = new ToyCluster();
    cluster.breakImage('2.4.0');
    cluster.roll('2.4.0');
    cluster.settle();
    expect(cluster.pods().filter(isReady)).toHaveLength(3);
    expect(cluster.checkout.status).toMatchObject({ updatedReplicas: 1, availableReplicas: 3 });
    const progressing = cluster.checkout.status.conditions?.find(({ type }) => type === 'Progressing');
    expect(progressing).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' });
  });

  test('never has more pods than maxSurge or fewer ready ones than maxUnavailable allows, whatever the numbers', () => {
    const share = fc.oneof(fc.nat({ max: 5 }), fc.constantFrom('0%', '25%', '50%', '100%'));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), share, share, (replicas, maxSurge, maxUnavailable) => {
        const cluster = new ToyCluster();
        cluster.change(({ spec }) => {
          spec.replicas = replicas;
          spec.strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
        });
        cluster.settle();
        const { surge, unavailable } = rolloutBounds(cluster.checkout.spec);
        cluster.roll('2.4.0');
        cluster.settle(() => {
          const wanted = cluster.pods().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
          expect(wanted.length).toBeLessThanOrEqual(replicas + surge);
          expect(wanted.filter(isReady).length).toBeGreaterThanOrEqual(replicas - unavailable);
        });
        expect(cluster.checkout.status).toMatchObject({ updatedReplicas: replicas, availableReplicas: replicas });
      }),
      { numRuns: 15 },
    );
  });

  test('with the strategy Recreate ends the old pods before it starts new ones', () => {
    const cluster = new ToyCluster();
    cluster.change(({ spec }) => {
      spec.strategy = { type: 'Recreate' };
    });
    cluster.roll('2.4.0');
    cluster.settle(() => {
      const images = new Set(cluster.pods().map(({ spec }) => spec.containers[0]?.image));
      expect(images.size).toBeLessThanOrEqual(1);
    });
    expect(cluster.checkout.status).toMatchObject({ updatedReplicas: 3, availableReplicas: 3 });
  });

  test('waits while the Deployment is paused', () => {
    const cluster = new ToyCluster();
    cluster.change(({ spec }) => {
      spec.paused = true;
    });
    cluster.roll('2.4.0');
    cluster.settle();
    expect(cluster.history).toEqual([1]);
    cluster.change(({ spec }) => {
      spec.paused = false;
    });
    cluster.settle();
    expect(cluster.history).toEqual([1, 2]);
  });

  test('keeps as many old revisions as the Deployment wants', () => {
    const cluster = new ToyCluster();
    cluster.change(({ spec }) => {
      spec.revisionHistoryLimit = 2;
    });
    for (const tag of ['2.4.0', '2.4.1', '2.4.2', '2.4.3']) {
      cluster.roll(tag);
      cluster.settle();
    }
    expect(cluster.history).toEqual([3, 4, 5]);
  });
});

describe('size and health', () => {
  test.each([0, 1, 5])('scaled to %i it has that many pods, in the same ReplicaSet', (replicas) => {
    const cluster = new ToyCluster();
    cluster.change(({ spec }) => {
      spec.replicas = replicas;
    });
    cluster.settle();
    expect(cluster.pods()).toHaveLength(replicas);
    expect(cluster.history).toEqual([1]);
    expect(cluster.checkout.status.availableReplicas ?? 0).toBe(replicas);
  });

  test('a pod that stops being ready is counted out, with the time in the condition; the rollout stays finished', () => {
    const cluster = new ToyCluster();
    for (const pod of cluster.pods()) cluster.setReady(pod, false);
    cluster.settle();
    const { status } = cluster.checkout;
    expect(status).toMatchObject({ replicas: 3, updatedReplicas: 3, unavailableReplicas: 3 });
    expect(status.readyReplicas).toBeUndefined();
    expect(status.conditions).toMatchObject([
      {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        lastTransitionTime: expect.any(String),
      },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ]);
  });

  test('a pod that is taken away is replaced', () => {
    const cluster = new ToyCluster();
    const [pod] = cluster.pods();
    cluster.store.remove('Pod', pod?.metadata.namespace, pod?.metadata.name ?? '');
    cluster.settle();
    expect(cluster.pods().filter(isReady)).toHaveLength(3);
  });

  test('at rest nothing changes: no version, no event', () => {
    const cluster = new ToyCluster();
    const { version } = cluster.store;
    cluster.settle();
    expect(cluster.store.version).toBe(version);
  });
});

describe('events', () => {
  test('tell of every change of size, at the Deployment it belongs to', () => {
    const cluster = new ToyCluster();
    cluster.roll('2.4.0');
    cluster.settle();
    const events = cluster.store
      .list('Event')
      .filter(({ involvedObject }) => involvedObject.uid === cluster.checkout.metadata.uid);
    expect(events.map(({ reason }) => reason)).toEqual(events.map(() => 'ScalingReplicaSet'));
    expect(events.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Scaled up replica set checkout-\w+ from 0 to 1$/)]),
    );
  });
});

describe('the stories', () => {
  test('bad-deploy is a rollout with its change-cause, and heal a rollback to the ReplicaSet before', () => {
    const cluster = new ToyCluster();
    const first = cluster.activeSet;
    expect(badDeploy.isOn(cluster.systems)).toBe(false);
    badDeploy.break(cluster.systems);
    cluster.settle();
    expect(badDeploy.isOn(cluster.systems)).toBe(true);
    expect(cluster.activeSet.metadata.annotations).toMatchObject({
      'kubernetes.io/change-cause': 'release checkout 2.4.0',
    });
    heal(cluster.systems);
    cluster.settle();
    expect(badDeploy.isOn(cluster.systems)).toBe(false);
    expect(cluster.activeSet.metadata.uid).toBe(first.metadata.uid);
    expect(cluster.checkout.metadata.annotations).toMatchObject({
      'kubernetes.io/change-cause': 'release checkout 2.3.1',
    });
  });

  test('breaking what is broken, or healing what is well, changes nothing', () => {
    const cluster = new ToyCluster();
    const { version } = cluster.store;
    heal(cluster.systems);
    cluster.settle();
    expect(cluster.store.version).toBe(version);
    badDeploy.break(cluster.systems);
    cluster.settle();
    badDeploy.break(cluster.systems);
    cluster.settle();
    expect(cluster.history).toEqual([1, 2]);
  });
});
