import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import type { KubernetesClient } from './client.ts';
import { EventFacts, eventLine, eventsOf } from './event-facts.ts';
import { nameOf, Workload } from './workload.ts';

const MAX = 30;
const MAX_LINES = 500;

/** `kubernetes.events`: what the cluster itself said about a workload. */
export const readEvents = defineTool({
  name: 'kubernetes.events',
  title: 'Events of a workload',
  description:
    'Events of a workload, its ReplicaSets and its pods (also of pods that are gone), newest first: scheduling, pulls, probes, ' +
    'crashes, scaling. Clusters keep events for about an hour; none means none kept, not that nothing happened.',
  risk: 'read',
  input: Workload,
  facts: z.object({
    events: z.array(EventFacts).max(MAX),
    count: z.number().int(),
    warnings: z.number().int(),
    complete: z.boolean(),
  }),
  timeout: '30s',
  async read(workload, { client, signal }: ToolContext<KubernetesClient>) {
    const { events, complete } = await eventsOf(client, workload, signal);
    const warnings = events.filter(({ type }) => type === 'Warning').length;
    return {
      facts: { events: fit(events, MAX), count: events.length, warnings, complete },
      content: events.slice(0, MAX_LINES).map(eventLine).join('\n') || 'no events',
      summary: `${events.length} events of ${nameOf(workload)}, ${warnings} of them warnings`,
    };
  },
});
