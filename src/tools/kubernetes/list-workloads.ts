import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import type { KubernetesClient } from './client.ts';
import { imagesOf } from './template.ts';
import { NamespaceName, Workload } from './workload.ts';
import { countsOf, isRolledOut, ReplicaCounts } from './workload-facts.ts';

/** Facts stay under 16 KiB with names and images of usual length. */
const MAX = 40;

const Row = Workload.omit({ namespace: true }).extend({
  ...ReplicaCounts.shape,
  images: z.array(z.string()),
  rolledOut: z.boolean(),
});

/** `kubernetes.workloads`: what runs in a namespace, the unhealthy ones first. */
export const listWorkloads = defineTool({
  name: 'kubernetes.workloads',
  title: 'Workloads of a namespace',
  description:
    'Lists the workloads (Deployments) of a namespace with replica counts and images; those not fully rolled out come first. ' +
    `At most ${MAX}; count tells how many there are.`,
  risk: 'read',
  input: z.strictObject({ namespace: NamespaceName }),
  facts: z.object({ workloads: z.array(Row), count: z.number().int(), complete: z.boolean() }),
  timeout: '30s',
  async read({ namespace }, { client, signal }: ToolContext<KubernetesClient>) {
    const { items, complete } = await client.deployments(namespace, signal);
    const rows = items.map((deployment) => ({
      kind: 'Deployment' as const,
      name: deployment.metadata?.name ?? '',
      ...countsOf(deployment),
      images: deployment.spec?.template === undefined ? [] : imagesOf(deployment.spec.template),
      rolledOut: isRolledOut(deployment),
    }));
    rows.sort((a, b) => Number(a.rolledOut) - Number(b.rolledOut) || a.name.localeCompare(b.name));
    const shown = fit(rows, MAX);
    const bad = rows.filter((row) => !row.rolledOut).length;
    return {
      facts: { workloads: shown, count: rows.length, complete: complete && shown.length === rows.length },
      content: rows
        .map(
          (row) =>
            `${row.name}  ready ${row.ready}/${row.desired}  ${row.rolledOut ? 'ok' : 'NOT ROLLED OUT'}  ${row.images.join(', ')}`,
        )
        .join('\n'),
      summary: `${rows.length} workloads in ${namespace}, ${bad} not fully rolled out`,
    };
  },
});
