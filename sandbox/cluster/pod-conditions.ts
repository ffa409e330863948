import { kubeTime } from './objects.ts';
import type { Pod, PodCondition } from './objects.ts';

/** The conditions of a pod whose one container is ready or not, with the times they changed. */
export function podConditions(pod: Pod, ready: boolean, container: string): PodCondition[] {
  const one = (type: string, holds: boolean): PodCondition => {
    const status = holds ? 'True' : 'False';
    const old = pod.status.conditions?.find((each) => each.type === type);
    const why = holds
      ? {}
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${container}]` };
    return { type, status, ...why, lastTransitionTime: old?.status === status ? old.lastTransitionTime : kubeTime() };
  };
  return [
    one('PodReadyToStartContainers', true),
    one('Initialized', true),
    one('Ready', ready),
    one('ContainersReady', ready),
    one('PodScheduled', true),
  ];
}
