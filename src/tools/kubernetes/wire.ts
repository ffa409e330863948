import type {
  CoreV1Event,
  V1Deployment,
  V1ListMeta,
  V1Namespace,
  V1Pod,
  V1PodTemplateSpec,
  V1ReplicaSet,
} from '@kubernetes/client-node';

/**
 * A client-node type as it is in JSON: times are strings. Belay reads and writes the JSON itself, because client-node's
 * own (de)serialiser drops fields that it does not know, and a PUT without them would take them off a newer cluster.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends (infer E)[]
    ? Wire<E>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type Deployment = Wire<V1Deployment>;
export type ReplicaSet = Wire<V1ReplicaSet>;
export type PodTemplate = Wire<V1PodTemplateSpec>;
export type Pod = Wire<V1Pod>;
export type KubernetesEvent = Wire<CoreV1Event>;
export type Namespace = Wire<V1Namespace>;

/** A page of a list. client-node spells `continue` with an underscore; the wire does not. */
export interface Page<T> {
  readonly items: T[];
  readonly metadata?: Omit<Wire<V1ListMeta>, '_continue'> & { readonly continue?: string };
}
