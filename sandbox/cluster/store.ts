import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { kubeTime } from './objects.ts';
import type { KubeObject, NewObject, ObjectOf } from './objects.ts';

export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  version: number;
  object: KubeObject;
}

/** Thrown by `update` when the object changed since it was read; the API server answers it with 409. */
export class StaleObject extends Error {
  override name = 'StaleObject';
}

const REMEMBERED_CHANGES = 2000;
const keyOf = (kind: string, namespace: string | undefined, name: string): string =>
  `${kind}/${namespace ?? ''}/${name}`;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one cast from stored to typed: objects are kept under their kind
const typed = <K extends string>(object: KubeObject, _kind: K): ObjectOf<K> => object as ObjectOf<K>;

/** What etcd is to a cluster: objects by kind, namespace and name, one counter of versions, and the recent changes. Readers get copies. */
export class Store {
  #objects = new Map<string, KubeObject>();
  #changes: Change[] = [];
  #listeners = new Set<(change: Change) => void>();
  #version = 1000;

  get version(): number {
    return this.#version;
  }

  get<K extends string>(kind: K, namespace: string | undefined, name: string): ObjectOf<K> | undefined {
    const found = this.#objects.get(keyOf(kind, namespace, name));
    return found && structuredClone(typed(found, kind));
  }

  /** @param where looks at the stored objects themselves, before they are copied; it must not change them */
  list<K extends string>(
    kind: K,
    namespace?: string,
    where: (object: ObjectOf<K>) => boolean = () => true,
  ): ObjectOf<K>[] {
    return [...this.#objects.values()]
      .filter((each) => each.kind === kind && (namespace === undefined || each.metadata.namespace === namespace))
      .filter((each) => where(typed(each, kind)))
      .map((each) => structuredClone(typed(each, kind)));
  }

  create<T extends KubeObject>(object: NewObject<T>): T {
    const metadata = { uid: randomUUID(), creationTimestamp: kubeTime(), resourceVersion: '' };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a new object lacks exactly the metadata that is added here
    const created = { ...structuredClone(object), metadata: { ...object.metadata, ...metadata } } as unknown as T;
    return this.#put('ADDED', created);
  }

  /**
   * Stores the object when its `resourceVersion` is still the current one (or when it has none).
   * Nothing changed: nothing is stored, the version stays.
   * @throws StaleObject, also when the object is gone
   */
  update<T extends KubeObject>(object: T): T {
    const current = this.#objects.get(keyOf(object.kind, object.metadata.namespace, object.metadata.name));
    const expected = object.metadata.resourceVersion;
    if (!current || (expected && expected !== current.metadata.resourceVersion))
      throw new StaleObject(object.metadata.name);
    const next = structuredClone(object);
    next.metadata.resourceVersion = current.metadata.resourceVersion;
    return isDeepStrictEqual(next, current) ? next : this.#put('MODIFIED', next);
  }

  /** Reads, changes and stores again; does nothing when the object is gone. For controllers, which own what they change. */
  modify<K extends string>(
    kind: K,
    namespace: string | undefined,
    name: string,
    change: (object: ObjectOf<K>) => void,
  ): void {
    const object = this.get(kind, namespace, name);
    if (!object) return;
    change(object);
    this.update(object);
  }

  remove(kind: string, namespace: string | undefined, name: string): void {
    const key = keyOf(kind, namespace, name);
    const object = this.#objects.get(key);
    if (!object) return;
    this.#objects.delete(key);
    this.#publish('DELETED', structuredClone(object));
  }

  /** Calls the listener after every change; returns what ends that. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The changes after a version, or `undefined` when they are no longer remembered. */
  changesSince(version: number): Change[] | undefined {
    const oldest = this.#changes[0]?.version ?? this.#version + 1;
    if (version < oldest - 1) return undefined;
    return this.#changes.filter((change) => change.version > version);
  }

  #put<T extends KubeObject>(type: 'ADDED' | 'MODIFIED', object: T): T {
    this.#objects.set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
    this.#publish(type, object);
    return structuredClone(object);
  }

  #publish(type: Change['type'], object: KubeObject): void {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    const change = { type, version: this.#version, object: structuredClone(object) };
    this.#changes.push(change);
    if (this.#changes.length > REMEMBERED_CHANGES) this.#changes.shift();
    for (const listener of this.#listeners) listener(change);
  }
}
