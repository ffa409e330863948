import type { Json } from '../../domain/json.ts';
import type { Reconciliation } from '../../sdk/define-tool.ts';
import { Failure } from '../../domain/failure.ts';
import type { KubernetesClient } from './client.ts';
import { type DeploymentState, readDeployment } from './deployment-state.ts';
import { type Aspect, carries } from './mark.ts';
import { nameOf, type Workload } from './workload.ts';

/** What a look at a deployment needs to tell whether a write took effect. */
export interface Attempt {
  readonly workload: Workload;
  readonly aspect: Aspect;
  readonly mark: string;
  /** True while the deployment is as it was before the attempt. */
  untouched(state: DeploymentState): boolean;
  readonly done: string;
  readonly postState: Json;
}

/** The mark says done; no mark on an untouched deployment says not done; everything else needs a human. */
export async function reconcileDeployment(
  client: KubernetesClient,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Reconciliation> {
  let state: DeploymentState;
  try {
    state = await readDeployment(client, attempt.workload, signal);
  } catch (error) {
    if (!(error instanceof Failure) || !error.type.startsWith('stop.')) throw error;
    return { status: 'unknown', why: error.message };
  }
  if (carries(state, attempt.aspect, attempt.mark))
    return { status: 'done', outcome: { status: 'done', summary: attempt.done, postState: attempt.postState } };
  if (attempt.untouched(state)) return { status: 'not-done' };
  return {
    status: 'unknown',
    why: `${nameOf(attempt.workload)} changed and does not carry the mark ${attempt.mark}: somebody else changed it, or took the mark off`,
  };
}
