import { runOfAction } from '../../domain/ids.ts';
import type { DeploymentState } from './deployment-state.ts';
import type { Deployment } from './wire.ts';

/** Every annotation that Belay writes begins with this. */
export const MARK_PREFIX = 'belay.dev/';

/** The annotation that names the last action on an object. */
export const ACTION_MARK = 'belay.dev/action';

/**
 * What of a deployment an action changed. Each aspect has its own mark besides the common one, so that a later action on
 * the other aspect does not hide that this one took effect.
 */
export type Aspect = 'template' | 'replicas';

const aspectMark = (aspect: Aspect): string => `belay.dev/${aspect}-action`;

/** The mark of an action, or of its undo. */
export const markFor = (actionId: string, phase: 'execute' | 'undo'): string =>
  phase === 'execute' ? actionId : `${actionId}:undo`;

/** A copy of the deployment that carries the mark. */
export function withMark(deployment: Deployment, aspect: Aspect, mark: string): Deployment {
  const annotations = { ...deployment.metadata?.annotations, [ACTION_MARK]: mark, [aspectMark(aspect)]: mark };
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}

/**
 * True when the write with this mark reached the cluster. The deployment controller copies a deployment's annotations to
 * its current ReplicaSet, so the ReplicaSets remember marks that a later action replaced.
 */
export function carries(state: DeploymentState, aspect: Aspect, mark: string): boolean {
  const key = aspectMark(aspect);
  return [state.deployment, ...state.replicaSets].some(({ metadata }) => {
    const found = metadata?.annotations?.[key];
    // Nothing is undone that was not done.
    return found === mark || found === `${mark}:undo`;
  });
}

/** True when the last action on this aspect belongs to the same run: its own later actions are undone before this one. */
export function lastIsOfRun(deployment: Deployment, aspect: Aspect, actionId: string): boolean {
  const found = deployment.metadata?.annotations?.[aspectMark(aspect)];
  return found !== undefined && found.startsWith(`${runOfAction(actionId)}/`);
}
