import { z } from 'zod';
import { oneLine } from '../one-line.ts';
import type { KubernetesClient } from './client.ts';
import { selectorOf } from './deployment-state.ts';
import type { KubernetesEvent } from './wire.ts';
import type { Workload } from './workload.ts';

/** One event, repeated `count` times. */
export const EventFacts = z.object({
  type: z.string(),
  reason: z.string(),
  object: z.string(),
  message: z.string(),
  count: z.number().int(),
  lastAt: z.iso.datetime().nullable(),
});
export type EventFacts = z.infer<typeof EventFacts>;

/** Events of a workload, its ReplicaSets and its pods, the newest first. `complete` is false when the namespace has more than is read. */
export async function eventsOf(
  client: KubernetesClient,
  { namespace, name }: Workload,
  signal: AbortSignal,
): Promise<{ events: EventFacts[]; complete: boolean }> {
  const deployment = await client.deployment(namespace, name, signal);
  const selector = selectorOf(deployment);
  const [replicaSets, pods, events] = await Promise.all([
    client.replicaSets(namespace, selector, signal),
    client.pods(namespace, selector, signal),
    client.events(namespace, signal),
  ]);
  const ours = new Set([deployment, ...replicaSets.items, ...pods.items].map(({ metadata }) => metadata?.uid));
  const replicaSetNames = replicaSets.items.map(({ metadata }) => `${metadata?.name}-`);
  // Pods that are gone still have events: their names begin with their ReplicaSet's.
  const isOurs = ({ involvedObject: { uid, kind, name: object = '' } }: KubernetesEvent) =>
    ours.has(uid) || (kind === 'Pod' && replicaSetNames.some((prefix) => object.startsWith(prefix)));
  const found = events.items.filter(isOurs).map(eventFacts);
  found.sort((a, b) => (b.lastAt ?? '').localeCompare(a.lastAt ?? ''));
  return { events: found, complete: events.complete };
}

function eventFacts(event: KubernetesEvent): EventFacts {
  const { involvedObject: object, series } = event;
  const at = series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return {
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    object: `${object.kind ?? 'object'}/${object.name ?? ''}`,
    message: oneLine(event.message ?? '', 250),
    count: series?.count ?? event.count ?? 1,
    lastAt: at === undefined || at === null ? null : new Date(at).toISOString(),
  };
}

/** An event in one line. */
export const eventLine = ({ lastAt, type, reason, object, message, count }: EventFacts): string =>
  `${lastAt ?? 'unknown time'}  ${type}  ${reason}  ${object}${count > 1 ? `  x${count}` : ''}  ${message}`;
