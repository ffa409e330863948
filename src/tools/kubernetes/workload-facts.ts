import { z } from 'zod';
import { Owner } from '../../domain/action.ts';
import { Digest } from '../../domain/digest.ts';
import type { DeploymentState } from './deployment-state.ts';
import type { Controller } from './controller.ts';
import { GitSource } from './git-source.ts';
import { ACTION_MARK } from './mark.ts';
import { rolledOutAt } from './rolled-out-at.ts';
import { imagesOf } from './template.ts';
import type { Deployment } from './wire.ts';
import { Workload } from './workload.ts';

const Count = z.number().int().nonnegative();

/** How many replicas there should be and are. */
export const ReplicaCounts = z.object({ desired: Count, ready: Count, updated: Count, available: Count });

/** What `kubernetes.workload` sees. */
export const WorkloadFacts = Workload.extend({
  kind: Workload.shape.kind.unwrap(),
  ...ReplicaCounts.shape,
  uid: z.string(),
  /** Null when this credential may not read it. */
  clusterUid: z.string().nullable(),
  /** Null while the controller has not yet made a revision of the newest template. */
  revision: z.number().int().nullable(),
  images: z.array(z.string()),
  paused: z.boolean(),
  /** True when the newest template runs on every replica, all are available and none of an older revision is left. */
  rolledOut: z.boolean(),
  /** Names the version: unchanged by a mere restart. */
  templateHash: Digest,
  rolledOutAt: z.iso.datetime().nullable(),
  conditions: z.array(
    z.object({ type: z.string(), status: z.string(), reason: z.string().nullable(), message: z.string().nullable() }),
  ),
  owner: Owner.nullable(),
  source: GitSource.nullable(),
  /** The action id in Belay's mark; followed by `:undo` when it was taken back. */
  lastAction: z.string().nullable(),
});
export type WorkloadFacts = z.infer<typeof WorkloadFacts>;

/** Replica counts of a deployment; `desired` defaults to 1 as in the API. */
export const countsOf = ({ spec, status }: Deployment): z.infer<typeof ReplicaCounts> => ({
  desired: spec?.replicas ?? 1,
  ready: status?.readyReplicas ?? 0,
  updated: status?.updatedReplicas ?? 0,
  available: status?.availableReplicas ?? 0,
});

/** True when the controller has seen the newest spec and finished with it. */
export function isRolledOut(deployment: Deployment): boolean {
  const { desired, updated, available } = countsOf(deployment);
  const { observedGeneration = 0, replicas = 0 } = deployment.status ?? {};
  const seen = observedGeneration >= (deployment.metadata?.generation ?? 0);
  return seen && updated === desired && replicas === desired && available === desired;
}

export function workloadFacts(
  state: DeploymentState,
  workload: Workload,
  { clusterUid, ...controller }: Controller & { readonly clusterUid: string | null },
): WorkloadFacts {
  const { deployment, template, templateHash, uid } = state;
  return {
    ...workload,
    ...countsOf(deployment),
    uid,
    clusterUid,
    revision: state.current?.revision ?? null,
    images: imagesOf(template),
    paused: deployment.spec?.paused ?? false,
    rolledOut: isRolledOut(deployment),
    templateHash,
    rolledOutAt: rolledOutAt(state),
    conditions: (deployment.status?.conditions ?? []).map(({ type, status, reason, message }) => ({
      type,
      status,
      reason: reason ?? null,
      message: message?.slice(0, 300) ?? null,
    })),
    owner: controller.owner,
    source: controller.source,
    lastAction: deployment.metadata?.annotations?.[ACTION_MARK] ?? null,
  };
}
