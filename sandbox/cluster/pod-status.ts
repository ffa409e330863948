import { imageId } from './images.ts';
import { kubeTime } from './objects.ts';
import type { Container, ContainerState, ContainerStatus, Pod, PodCondition } from './objects.ts';

/** What a status is made from. */
export interface ContainerFacts {
  spec: Container;
  /** How many processes this container has had. */
  lives: number;
  ready: boolean;
  restarts: number;
  state: ContainerState;
  lastState: ContainerState;
}

/** The status of a pod from what its one container does. */
export function podStatus(pod: Pod, { spec, lives, ready, restarts, state, lastState }: ContainerFacts): Pod['status'] {
  const id = containerId(pod, lives);
  const container: ContainerStatus = {
    name: spec.name,
    image: spec.image,
    imageID: lives > 0 ? imageId(spec.image) : '',
    ...(lives > 0 && { containerID: id }),
    ready,
    started: state.running !== undefined,
    restartCount: restarts,
    state,
    lastState,
  };
  return {
    ...pod.status,
    phase: lives === 0 ? 'Pending' : 'Running',
    conditions: podConditions(pod, ready, spec.name),
    hostIP: '127.0.0.1',
    podIP: '127.0.0.1',
    startTime: pod.status.startTime ?? kubeTime(),
    containerStatuses: [container],
  };
}

/** The id of one life of a pod's container. */
export const containerId = (pod: Pod, life: number): string =>
  `containerd://${pod.metadata.uid.replaceAll('-', '')}${String(life).padStart(4, '0')}`;

/** The conditions of a pod whose one container is ready or not, with the times they changed. */
function podConditions(pod: Pod, ready: boolean, container: string): PodCondition[] {
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
