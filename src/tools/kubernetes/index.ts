import { defineSystem } from '../../sdk/define-system.ts';
import { connectKubernetes, KubernetesSettings } from './connect.ts';
import { listWorkloads } from './list-workloads.ts';
import { readWorkload } from './read-workload.ts';
import { rolloutHistory } from './rollout-history.ts';
import { rolloutUndo } from './rollout-undo.ts';

/** Kubernetes: Deployments, their pods, events and logs. */
export const kubernetes = defineSystem({
  name: 'kubernetes',
  settings: KubernetesSettings,
  connect: connectKubernetes,
  tools: [listWorkloads, readWorkload, rolloutHistory, rolloutUndo],
});
