import type { KubeEvent } from './objects.ts';

/** A core event as `events.k8s.io/v1` shows the same thing. */
export function eventsV1(event: KubeEvent): Record<string, unknown> {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: event.metadata,
    regarding: event.involvedObject,
    reason: event.reason,
    note: event.message,
    type: event.type,
    eventTime: null,
    reportingController: event.reportingComponent,
    reportingInstance: event.reportingInstance,
    deprecatedCount: event.count,
    deprecatedFirstTimestamp: event.firstTimestamp,
    deprecatedLastTimestamp: event.lastTimestamp,
    deprecatedSource: event.source,
  };
}
