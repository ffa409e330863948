import { z } from 'zod';
import { canonicalJson, Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import { defineTool, type Execution, type ToolContext } from '../../sdk/define-tool.ts';
import { changeDeployment } from './change-deployment.ts';
import type { KubernetesClient } from './client.ts';
import { controllerOf } from './controller.ts';
import { type DeploymentState, readDeployment, type Revision } from './deployment-state.ts';
import { dryRun } from './dry-run.ts';
import { lastIsOfRun, markFor } from './mark.ts';
import { reconcileDeployment } from './reconcile-deployment.ts';
import { plainTemplate } from './template.ts';
import { templateDiff } from './template-diff.ts';
import type { Deployment } from './wire.ts';
import { nameOf, targetOf, Workload } from './workload.ts';

const Input = Workload.extend({
  toRevision: z.number().int().positive().describe('The revision to go back to, from kubernetes.rollout_history'),
});
type Input = z.infer<typeof Input>;

/** What undo needs. The template itself stays in the cluster, in its ReplicaSet: it may hold secrets. */
const PreState = z.object({ uid: z.string(), revision: z.number().int(), templateHash: Digest });
const PostState = z.object({ uid: z.string(), templateHash: Digest });
type Context = ToolContext<KubernetesClient>;

const targetOfUndo = (state: DeploymentState, { toRevision }: Pick<Input, 'toRevision'>): Revision | undefined =>
  state.revisions.find(({ revision }) => revision === toRevision);

/** What was approved: this object, coming from this version, going to that one. A restart in between changes none of it. */
const preconditionOf = (state: DeploymentState, { toRevision }: Pick<Input, 'toRevision'>): JsonObject => ({
  uid: state.uid,
  templateHash: state.templateHash,
  toTemplateHash: targetOfUndo(state, { toRevision })?.templateHash ?? null,
});

/** `kubernetes.rollout_undo`: puts a workload back to the pod template of an earlier revision. */
export const rolloutUndo = defineTool({
  name: 'kubernetes.rollout_undo',
  title: 'Roll back a workload',
  description:
    'Puts a workload back to the pod template of an earlier revision, as kubectl rollout undo does. Use it when a new revision ' +
    'is the cause. It does not change ConfigMaps, Secrets or a database, and where Argo CD or Flux owns the workload they revert it.',
  risk: 'write',
  reversible: 'yes',
  safeToRepeat: 'compare-and-set',
  input: Input,
  timeout: '30s',

  async preview(args, { client, connection, signal, looksOnly }: Context) {
    const state = await readDeployment(client, args, signal);
    const { from, to } = sidesOf(state, args);
    if (!looksOnly) await dryRun(client, goingTo(state, to), 'template', signal);
    return {
      target: targetOf(args, connection, await client.clusterUid(signal)),
      sentence: `Roll back ${nameOf(args)} to revision ${to.revision}`,
      diff: templateDiff(
        { label: `revision ${from.revision} (now)`, template: state.template },
        { label: `revision ${to.revision}`, template: to.template },
      ),
      blastRadius: { count: state.deployment.spec?.replicas ?? 1, unit: 'pods', percent: 100 },
      precondition: preconditionOf(state, args),
      preState: { uid: state.uid, revision: from.revision, templateHash: from.templateHash },
      undo: `Put ${nameOf(args)} back to what is revision ${from.revision} now`,
      owner: (await controllerOf(client, state.deployment, signal)).owner,
      command: `kubectl rollout undo deployment/${args.name} --namespace ${args.namespace} --to-revision=${to.revision}`,
    };
  },

  async observe(args, _execution, { client, signal }: Context) {
    return preconditionOf(await readDeployment(client, args, signal), args);
  },

  execute: async (args, execution, { client, signal }: Context) =>
    changeDeployment(
      client,
      {
        ...attemptOf(args, execution, 'execute'),
        refuse: (state) => {
          if (state.deployment.spec?.paused) return pausedText(args);
          const seen = canonicalJson(preconditionOf(state, args));
          return seen === canonicalJson(execution.precondition)
            ? undefined
            : `${nameOf(args)} is not what was approved any more`;
        },
        apply: (state) => goingTo(state, targetOfUndo(state, args)),
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
          refuse: (state) => {
            if (state.deployment.spec?.paused) return pausedText(args);
            if (!isStillOurs(state, execution)) return `${nameOf(args)} is not as Belay left it any more`;
            return before(state, execution) === undefined
              ? 'the revision before is no longer in the history'
              : undefined;
          },
          apply: (state) => goingTo(state, before(state, execution)),
        },
        signal,
      ),

    reconcile: async (args, execution, { client, signal }: Context) =>
      reconcileDeployment(client, attemptOf(args, execution, 'undo'), signal),
  },
});

/** Both phases: what they leave, and how the deployment looks while they have not happened. */
function attemptOf(workload: Input, execution: Execution, phase: 'execute' | 'undo') {
  const pre = PreState.parse(execution.preState);
  const left = z.object({ toTemplateHash: Digest }).parse(execution.precondition).toTemplateHash;
  const [start, end] = phase === 'execute' ? [pre.templateHash, left] : [left, pre.templateHash];
  return {
    workload,
    aspect: 'template' as const,
    mark: markFor(execution.actionId, phase),
    untouched: (state: DeploymentState) => state.uid === pre.uid && state.templateHash === start,
    done:
      phase === 'execute'
        ? `Rolled back ${nameOf(workload)} to what was revision ${workload.toRevision}`
        : `Rolled ${nameOf(workload)} forward again to what was revision ${pre.revision}`,
    postState: { uid: pre.uid, templateHash: end },
  };
}

function isStillOurs(state: DeploymentState, { actionId, postState }: Execution): boolean {
  const left = PostState.safeParse(postState);
  if (!left.success) return false;
  const same = state.uid === left.data.uid && state.templateHash === left.data.templateHash;
  return same && lastIsOfRun(state.deployment, 'template', actionId);
}

const before = (state: DeploymentState, { preState }: Execution): Revision | undefined =>
  state.revisions.find(({ templateHash }) => templateHash === PreState.parse(preState).templateHash);

function sidesOf(state: DeploymentState, args: Input): { from: Revision; to: Revision } {
  const { current: from, revisions } = state;
  if (state.deployment.spec?.paused) throw new Failure('stop.unsupported', pausedText(args));
  if (from === null)
    throw new Failure(
      'retry.not-yet',
      `The controller has not yet made a revision of the newest template of ${nameOf(args)}`,
    );
  const to = targetOfUndo(state, args);
  if (to === undefined) {
    const known = revisions.map(({ revision }) => revision).join(', ');
    throw new Failure('stop.not-found', `${nameOf(args)} has no revision ${args.toRevision}; its history: ${known}`);
  }
  if (to.templateHash === from.templateHash)
    throw new Failure(
      'stop.invalid-input',
      `${nameOf(args)} already runs what revision ${to.revision} was; nothing to roll back`,
    );
  return { from, to };
}

/** As kubectl does: the ReplicaSet's template without its hash label, and the change cause that belongs to it. */
function goingTo({ deployment }: DeploymentState, to: Revision | undefined): Deployment {
  if (to === undefined || deployment.spec === undefined) throw new TypeError('refused before: no such revision');
  const { 'kubernetes.io/change-cause': _, ...annotations } = deployment.metadata?.annotations ?? {};
  const cause = to.replicaSet.metadata?.annotations?.['kubernetes.io/change-cause'];
  if (cause !== undefined) annotations['kubernetes.io/change-cause'] = cause;
  return {
    ...deployment,
    metadata: { ...deployment.metadata, annotations },
    spec: { ...deployment.spec, template: plainTemplate(to.template) },
  };
}

const pausedText = (workload: Workload): string =>
  `${nameOf(workload)} is paused: resume it first (kubectl rollout resume)`;
