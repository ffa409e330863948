/** One kind the API server knows. `verbs` is what discovery says, and all that is allowed. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  shortNames: string[];
  namespaced: boolean;
  verbs: string[];
  subresources?: string[];
}

const READ = ['get', 'list', 'watch'];
const core = { group: '', version: 'v1' };
const apps = { group: 'apps', version: 'v1' };

const resource = (
  at: { group: string; version: string },
  plural: string,
  kind: string,
  shortNames: string[] = [],
  more: Partial<Resource> = {},
): Resource => ({
  ...at,
  plural,
  kind,
  singular: kind.toLowerCase(),
  shortNames,
  namespaced: true,
  verbs: READ,
  ...more,
});

/** Everything the sandbox serves. Kinds without objects (StatefulSets, …) are there so that listing them answers "none". */
export const RESOURCES: Resource[] = [
  resource(core, 'namespaces', 'Namespace', ['ns'], { namespaced: false }),
  resource(core, 'nodes', 'Node', ['no'], { namespaced: false }),
  resource(core, 'pods', 'Pod', ['po'], { verbs: [...READ, 'delete'], subresources: ['log', 'status'] }),
  resource(core, 'services', 'Service', ['svc']),
  resource(core, 'configmaps', 'ConfigMap', ['cm']),
  resource(core, 'events', 'Event', ['ev']),
  resource({ group: 'events.k8s.io', version: 'v1' }, 'events', 'Event', ['ev']),
  resource(apps, 'deployments', 'Deployment', ['deploy'], {
    verbs: [...READ, 'update', 'patch'],
    subresources: ['scale', 'status'],
  }),
  resource(apps, 'replicasets', 'ReplicaSet', ['rs'], { subresources: ['status'] }),
  resource(apps, 'statefulsets', 'StatefulSet', ['sts']),
  resource(apps, 'daemonsets', 'DaemonSet', ['ds']),
  resource({ group: 'autoscaling', version: 'v2' }, 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', ['hpa']),
  resource(
    { group: 'authorization.k8s.io', version: 'v1' },
    'selfsubjectaccessreviews',
    'SelfSubjectAccessReview',
    [],
    {
      namespaced: false,
      verbs: ['create'],
    },
  ),
];

export const findResource = (group: string, version: string, plural: string): Resource | undefined =>
  RESOURCES.find((each) => each.group === group && each.version === version && each.plural === plural);

export const groupVersion = (of: { group: string; version: string }): string =>
  of.group ? `${of.group}/${of.version}` : of.version;
