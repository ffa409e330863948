import { defineSystem } from '../../sdk/define-system.ts';
import { connectKubernetes, KubernetesSettings } from './connect.ts';
import { describeWorkload } from './describe-workload.ts';
import { listWorkloads } from './list-workloads.ts';
import { readEvents } from './read-events.ts';
import { readLogs } from './read-logs.ts';
import { readPods } from './read-pods.ts';
import { readWorkload } from './read-workload.ts';
import { rolloutHistory } from './rollout-history.ts';
import { rolloutRestart } from './rollout-restart.ts';
import { rolloutUndo } from './rollout-undo.ts';
import { scale } from './scale.ts';

/** Kubernetes: Deployments, their pods, events and logs. */
export const kubernetes = defineSystem({
  name: 'kubernetes',
  settings: KubernetesSettings,
  connect: connectKubernetes,
  tools: [
    listWorkloads,
    readWorkload,
    describeWorkload,
    readPods,
    readEvents,
    readLogs,
    rolloutHistory,
    rolloutUndo,
    rolloutRestart,
    scale,
  ],
});
