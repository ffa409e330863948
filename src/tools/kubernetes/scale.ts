import { z } from 'zod';
import { canonicalJson } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import { defineTool, type Execution, type ToolContext } from '../../sdk/define-tool.ts';
import { changeDeployment } from './change-deployment.ts';
import type { KubernetesClient } from './client.ts';
import { controllerOf } from './controller.ts';
import { type DeploymentState, readDeployment } from './deployment-state.ts';
import { dryRun } from './dry-run.ts';
import { lastIsOfRun, markFor } from './mark.ts';
import { reconcileDeployment } from './reconcile-deployment.ts';
import type { Deployment } from './wire.ts';
import { nameOf, targetOf, Workload } from './workload.ts';

const Input = Workload.extend({
  replicas: z.int().min(0).max(1000).describe('How many replicas there should be'),
});
type Input = z.infer<typeof Input>;

const State = z.object({ uid: z.string(), replicas: z.number().int() });
type Context = ToolContext<KubernetesClient>;

const replicasOf = ({ deployment }: DeploymentState): number => deployment.spec?.replicas ?? 1;
const preconditionOf = (state: DeploymentState): JsonObject => ({ uid: state.uid, replicas: replicasOf(state) });

/** `kubernetes.scale`: sets the number of replicas. */
export const scale = defineTool({
  name: 'kubernetes.scale',
  title: 'Scale a workload',
  description:
    'Sets the number of replicas of a workload, as kubectl scale does. Where a HorizontalPodAutoscaler, Argo CD or Flux sets the ' +
    'number, they set it back.',
  risk: 'write',
  reversible: 'yes',
  safeToRepeat: 'compare-and-set',
  input: Input,
  timeout: '30s',

  async preview(args, { client, connection, signal, looksOnly }: Context) {
    const state = await readDeployment(client, args, signal);
    const now = replicasOf(state);
    if (now === args.replicas)
      throw new Failure('stop.invalid-input', `${nameOf(args)} already has ${now} replicas; nothing to scale`);
    if (!looksOnly) await dryRun(client, scaled(state, args.replicas), 'replicas', signal);
    const count = Math.abs(args.replicas - now);
    return {
      target: targetOf(args, connection, await client.clusterUid(signal)),
      sentence: `Scale ${nameOf(args)} from ${now} to ${args.replicas} replicas`,
      diff: `--- now\n+++ after\n@@ -1,1 +1,1 @@\n-replicas: ${now}\n+replicas: ${args.replicas}\n`,
      blastRadius: { count, unit: 'pods', ...(now === 0 ? {} : { percent: Math.round((count / now) * 100) }) },
      precondition: preconditionOf(state),
      preState: preconditionOf(state),
      undo: `Scale ${nameOf(args)} back to ${now} replicas`,
      owner: (await controllerOf(client, state.deployment, signal)).owner,
      command: `kubectl scale deployment/${args.name} --namespace ${args.namespace} --current-replicas=${now} --replicas=${args.replicas}`,
    };
  },

  async observe(args, _execution, { client, signal }: Context) {
    return preconditionOf(await readDeployment(client, args, signal));
  },

  execute: async (args, execution, { client, signal }: Context) =>
    changeDeployment(
      client,
      {
        ...attemptOf(args, execution, 'execute'),
        refuse: (state) =>
          canonicalJson(preconditionOf(state)) === canonicalJson(execution.precondition)
            ? undefined
            : `${nameOf(args)} is not what was approved any more: it has ${replicasOf(state)} replicas`,
        apply: (state) => scaled(state, args.replicas),
      },
      signal,
    ),

  reconcile: async (args, execution, { client, signal }: Context) =>
    reconcileDeployment(client, attemptOf(args, execution, 'execute'), signal),

  undo: {
    stillOurs: async (args, execution, { client, signal }: Context) =>
      isStillOurs(await readDeployment(client, args, signal), execution),

    execute: async (args, execution, { client, signal }: Context) =>
      changeDeployment(
        client,
        {
          ...attemptOf(args, execution, 'undo'),
          refuse: (state) =>
            isStillOurs(state, execution) ? undefined : `${nameOf(args)} is not as Belay left it any more`,
          apply: (state) => scaled(state, State.parse(execution.preState).replicas),
        },
        signal,
      ),

    reconcile: async (args, execution, { client, signal }: Context) =>
      reconcileDeployment(client, attemptOf(args, execution, 'undo'), signal),
  },
});

function attemptOf(args: Input, execution: Execution, phase: 'execute' | 'undo') {
  const pre = State.parse(execution.preState);
  const [start, end] = phase === 'execute' ? [pre.replicas, args.replicas] : [args.replicas, pre.replicas];
  return {
    workload: args,
    aspect: 'replicas' as const,
    mark: markFor(execution.actionId, phase),
    untouched: (state: DeploymentState) => state.uid === pre.uid && replicasOf(state) === start,
    done: `Scaled ${nameOf(args)} ${phase === 'undo' ? 'back ' : ''}to ${end} replicas`,
    postState: { uid: pre.uid, replicas: end },
  };
}

function isStillOurs(state: DeploymentState, { actionId, postState }: Execution): boolean {
  const left = State.safeParse(postState);
  if (!left.success || state.uid !== left.data.uid || replicasOf(state) !== left.data.replicas) return false;
  return lastIsOfRun(state.deployment, 'replicas', actionId);
}

function scaled({ deployment }: DeploymentState, replicas: number): Deployment {
  if (deployment.spec === undefined) throw new TypeError('read before: a deployment has a spec');
  return { ...deployment, spec: { ...deployment.spec, replicas } };
}
