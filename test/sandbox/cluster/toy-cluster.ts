import { shopAccounts } from '../../../sandbox/aws/worlds/shop-accounts.ts';
import { changeDeployment } from '../../../sandbox/cluster/change-deployment.ts';
import { reconcileAll } from '../../../sandbox/cluster/controllers.ts';
import { replicaSetsOf, revisionOf } from '../../../sandbox/cluster/deployment-controller.ts';
import { kubeTime } from '../../../sandbox/cluster/objects.ts';
import type { Deployment, Pod, ReplicaSet } from '../../../sandbox/cluster/objects.ts';
import { createShop, NAMESPACE } from '../../../sandbox/cluster/shop.ts';
import { Store } from '../../../sandbox/cluster/store.ts';
import type { Systems } from '../../../sandbox/stories/story.ts';

/** The controllers on a store, with a node that exists only on paper: pods become ready when a test says so. */
export class ToyCluster {
  readonly store = new Store();
  readonly systems: Systems = { store: this.store, aws: shopAccounts() };
  readonly #neverReady = new Set<string>();

  constructor() {
    createShop(this.store);
    this.settle();
  }

  get checkout(): Deployment {
    const found = this.store.get('Deployment', NAMESPACE, 'checkout');
    if (!found) throw new Error('checkout is gone');
    return found;
  }

  get sets(): ReplicaSet[] {
    return replicaSetsOf(this.store, this.checkout);
  }

  /** The one set that has pods. */
  get activeSet(): ReplicaSet {
    const [only, ...more] = this.sets.filter(({ spec }) => spec.replicas > 0);
    if (!only || more.length > 0) throw new Error('not exactly one set is active');
    return only;
  }

  get history(): number[] {
    return this.sets.map(revisionOf);
  }

  pods(): Pod[] {
    return this.store.list('Pod', NAMESPACE).filter(({ metadata }) => metadata.labels?.['app'] === 'checkout');
  }

  change(edit: (deployment: Deployment) => void): void {
    changeDeployment(this.store, NAMESPACE, 'checkout', edit);
  }

  roll(tag: string): void {
    this.change(({ spec }) => {
      for (const container of spec.template.spec.containers) container.image = `registry.example/checkout:${tag}`;
    });
  }

  /** Pods of this image start but never get ready. */
  breakImage(tag: string): void {
    this.#neverReady.add(`registry.example/checkout:${tag}`);
  }

  setReady(pod: Pod, ready: boolean): void {
    const { name, namespace } = pod.metadata;
    const status = ready ? 'True' : 'False';
    this.store.modify('Pod', namespace, name, (each) => {
      each.status = { phase: 'Running', conditions: [{ type: 'Ready', status, lastTransitionTime: kubeTime() }] };
    });
  }

  /** One pass of the controllers, then one thing happens on the node: a pod ends or gets ready. False when nothing is left to happen. */
  step(): boolean {
    const before = this.store.version;
    reconcileAll(this.store);
    const pods = this.store.list('Pod');
    const ending = pods.find(({ metadata }) => metadata.deletionTimestamp !== undefined);
    if (ending) this.store.remove('Pod', ending.metadata.namespace, ending.metadata.name);
    else {
      const starting = pods.find(
        ({ status, spec }) => !status.conditions && !this.#neverReady.has(spec.containers[0]?.image ?? ''),
      );
      if (starting) this.setReady(starting, true);
    }
    return this.store.version !== before;
  }

  /** Steps until nothing changes any more; `watch` sees every state on the way. */
  settle(watch: () => void = () => undefined): void {
    for (let steps = 0; this.step(); steps += 1) {
      if (steps > 500) throw new Error('the cluster does not come to rest');
      watch();
    }
  }
}
