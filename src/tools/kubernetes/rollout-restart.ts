import { z } from 'zod';
import { canonicalJson, Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import { defineTool, type Execution, type ToolContext } from '../../sdk/define-tool.ts';
import { changeDeployment } from './change-deployment.ts';
import type { KubernetesClient } from './client.ts';
import { controllerOf } from './controller.ts';
import { type DeploymentState, readDeployment } from './deployment-state.ts';
import { dryRun } from './dry-run.ts';
import { markFor } from './mark.ts';
import { reconcileDeployment } from './reconcile-deployment.ts';
import { RESTARTED_AT } from './template.ts';
import type { Deployment } from './wire.ts';
import { nameOf, targetOf, Workload } from './workload.ts';

const PreState = z.object({ uid: z.string(), templateHash: Digest, restartedAt: z.string().nullable() });
type Context = ToolContext<KubernetesClient>;

/** A restart is of a version: another version is another decision, another restart is not. */
const preconditionOf = ({ uid, templateHash }: DeploymentState): JsonObject => ({ uid, templateHash });

const restartedAtOf = ({ template }: DeploymentState): string | null =>
  template.metadata?.annotations?.[RESTARTED_AT] ?? null;

/**
 * `kubernetes.rollout_restart`: replaces every pod by an equal one. Declared `reversible: 'no'`: it changes nothing that
 * could be put back, and what the old processes held in memory is gone.
 */
export const rolloutRestart = defineTool({
  name: 'kubernetes.rollout_restart',
  title: 'Restart a workload',
  description:
    'Replaces the pods of a workload one after the other by equal ones, as kubectl rollout restart does. Use it when a process ' +
    'is stuck or holds stale state. It does not change the version, and helps nothing against a bad one.',
  risk: 'write',
  reversible: 'no',
  safeToRepeat: 'compare-and-set',
  input: Workload,
  timeout: '30s',

  async preview(workload, { client, connection, signal, now, looksOnly }: Context) {
    const state = await readDeployment(client, workload, signal);
    if (state.deployment.spec?.paused) throw new Failure('stop.unsupported', pausedText(workload));
    if (!looksOnly) await dryRun(client, restarted(state, now()), 'template', signal);
    return {
      target: targetOf(workload, connection, await client.clusterUid(signal)),
      sentence: `Restart ${nameOf(workload)}`,
      diff: '',
      blastRadius: { count: state.deployment.spec?.replicas ?? 1, unit: 'pods', percent: 100 },
      precondition: preconditionOf(state),
      preState: { uid: state.uid, templateHash: state.templateHash, restartedAt: restartedAtOf(state) },
      undo: null,
      owner: (await controllerOf(client, state.deployment, signal)).owner,
      command: `kubectl rollout restart deployment/${workload.name} --namespace ${workload.namespace}`,
    };
  },

  async observe(workload, _execution, { client, signal }: Context) {
    return preconditionOf(await readDeployment(client, workload, signal));
  },

  execute: async (workload, execution, { client, signal, now }: Context) =>
    changeDeployment(
      client,
      {
        ...attemptOf(workload, execution),
        refuse: (state) => {
          if (state.deployment.spec?.paused) return pausedText(workload);
          const same = canonicalJson(preconditionOf(state)) === canonicalJson(execution.precondition);
          return same ? undefined : `${nameOf(workload)} is not what was approved any more`;
        },
        apply: (state) => restarted(state, now()),
      },
      signal,
    ),

  reconcile: async (workload, execution, { client, signal }: Context) =>
    reconcileDeployment(client, attemptOf(workload, execution), signal),
});

function attemptOf(workload: Workload, execution: Execution) {
  const pre = PreState.parse(execution.preState);
  return {
    workload,
    aspect: 'template' as const,
    mark: markFor(execution.actionId, 'execute'),
    untouched: (state: DeploymentState) =>
      state.uid === pre.uid && state.templateHash === pre.templateHash && restartedAtOf(state) === pre.restartedAt,
    done: `Restarted ${nameOf(workload)}`,
    postState: { uid: pre.uid, templateHash: pre.templateHash },
  };
}

function restarted({ deployment, template }: DeploymentState, at: Date): Deployment {
  if (deployment.spec === undefined) throw new TypeError('read before: a deployment has a spec');
  const annotations = { ...template.metadata?.annotations, [RESTARTED_AT]: at.toISOString() };
  const marked = { ...template, metadata: { ...template.metadata, annotations } };
  return { ...deployment, spec: { ...deployment.spec, template: marked } };
}

const pausedText = (workload: Workload): string =>
  `${nameOf(workload)} is paused: resume it first (kubectl rollout resume)`;
