import { z } from 'zod';
import { Digest } from '../../domain/digest.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import type { KubernetesClient } from './client.ts';
import { type DeploymentState, readDeployment } from './deployment-state.ts';
import { templateDiff } from './template-diff.ts';
import { nameOf, Workload } from './workload.ts';

const MAX = 10;

const HistoryEntry = z.object({
  revision: z.number().int(),
  images: z.array(z.string()),
  /** When its ReplicaSet was made; a rollback re-uses an old one. */
  createdAt: z.iso.datetime().nullable(),
  changeCause: z.string().nullable(),
  templateHash: Digest,
  current: z.boolean(),
});

/** `kubernetes.rollout_history`: the revisions of a workload and what the newest change was. */
export const rolloutHistory = defineTool({
  name: 'kubernetes.rollout_history',
  title: 'Rollout history',
  description:
    `The last ${MAX} revisions of a workload, newest first, with images and change cause; the content shows the diff of the pod ` +
    'template from the revision before to the current one. Shows no ConfigMap or Secret changes.',
  risk: 'read',
  input: Workload,
  facts: z.object({ revisions: z.array(HistoryEntry).max(MAX), count: z.number().int() }),
  timeout: '30s',
  async read(workload, { client, signal }: ToolContext<KubernetesClient>) {
    const state = await readDeployment(client, workload, signal);
    const revisions = state.revisions.slice(0, MAX).map((revision) => ({
      revision: revision.revision,
      images: revision.images,
      createdAt: isoOrNull(revision.replicaSet.metadata?.creationTimestamp),
      changeCause: revision.replicaSet.metadata?.annotations?.['kubernetes.io/change-cause']?.slice(0, 300) ?? null,
      templateHash: revision.templateHash,
      current: revision === state.current,
    }));
    const lines = revisions.map(
      (entry) =>
        `revision ${entry.revision}${entry.current ? ' (current)' : ''}  ${entry.createdAt ?? 'unknown time'}  ` +
        `${entry.images.join(', ')}${entry.changeCause === null ? '' : `  ${entry.changeCause}`}`,
    );
    return {
      facts: { revisions: fit(revisions, MAX), count: state.revisions.length },
      content: `${lines.join('\n')}\n\n${lastChange(state)}`,
      summary: `${state.revisions.length} revisions of ${nameOf(workload)}: ${revisions.map((entry) => entry.revision).join(', ')}`,
    };
  },
});

function lastChange({ current, revisions }: DeploymentState): string {
  if (current === null) return 'The controller has not yet made a revision of the newest template.';
  const previous = revisions.find((revision) => revision.revision < current.revision);
  if (previous === undefined) return 'There is no earlier revision to compare with.';
  const diff = templateDiff(
    { label: `revision ${previous.revision}`, template: previous.template },
    { label: `revision ${current.revision} (current)`, template: current.template },
  );
  return diff === '' ? `Revisions ${previous.revision} and ${current.revision} differ only in restart marks.` : diff;
}

const isoOrNull = (time: string | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();
