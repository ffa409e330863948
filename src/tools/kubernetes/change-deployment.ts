import type { ActionOutcome } from '../../domain/grant.ts';
import { Failure } from '../../domain/failure.ts';
import type { Json } from '../../domain/json.ts';
import type { KubernetesClient } from './client.ts';
import { type DeploymentState, readDeployment } from './deployment-state.ts';
import { isConflict } from './kubernetes-failure.ts';
import { type Aspect, carries, withMark } from './mark.ts';
import type { Deployment } from './wire.ts';
import type { Workload } from './workload.ts';

/** The controller writes status often; more conflicts than this in a row mean that something else is fighting. */
const ATTEMPTS = 5;

/** One change of a deployment. */
export interface DeploymentChange {
  readonly workload: Workload;
  readonly aspect: Aspect;
  readonly mark: string;
  /** Why it must not be done now, in words; undefined when it may. Asked again after every conflict. */
  refuse(state: DeploymentState): string | undefined;
  /** The object as it should be. */
  apply(state: DeploymentState): Deployment;
  /** One sentence in the past: what was done. */
  readonly done: string;
  readonly postState: Json;
}

/**
 * Reads, checks, writes with the version that was read, and starts over when somebody wrote in between. Done twice it has
 * one effect: the mark is on the object. `failed` means that nothing was changed; a failure that leaves that open is thrown.
 */
export async function changeDeployment(
  client: KubernetesClient,
  change: DeploymentChange,
  signal: AbortSignal,
): Promise<ActionOutcome> {
  const done: ActionOutcome = { status: 'done', summary: change.done, postState: change.postState };
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const state = await readDeployment(client, change.workload, signal);
      if (carries(state, change.aspect, change.mark)) return done;
      const refusal = change.refuse(state);
      if (refusal !== undefined) return failed(`Nothing was changed: ${refusal}`);
      const wanted = withMark(change.apply(state), change.aspect, change.mark);
      try {
        await client.putDeployment(wanted, { dryRun: false }, signal);
        return done;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  } catch (error) {
    // The server's clear no: it did nothing, and will say the same again.
    if (error instanceof Failure && error.type.startsWith('stop.'))
      return failed(`Nothing was changed: ${error.message}`);
    throw error;
  }
  return failed(`Nothing was changed: others wrote to the object ${ATTEMPTS} times in between`);
}

const failed = (summary: string): ActionOutcome => ({
  status: 'failed',
  summary: summary.slice(0, 1000),
  postState: null,
});
