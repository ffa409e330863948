import { groupVersion, RESOURCES } from './resources.ts';
import type { Resource } from './resources.ts';

const GROUPS = [...new Set(RESOURCES.map((each) => each.group).filter(Boolean))];

const versionsOf = (group: string): { groupVersion: string; version: string }[] =>
  [...new Set(RESOURCES.filter((each) => each.group === group).map((each) => each.version))].map((version) => ({
    groupVersion: groupVersion({ group, version }),
    version,
  }));

const apiGroup = (name: string): Record<string, unknown> => ({
  name,
  versions: versionsOf(name),
  preferredVersion: versionsOf(name)[0],
});

const described = (each: Resource): Record<string, unknown>[] => [
  {
    name: each.plural,
    singularName: each.singular,
    namespaced: each.namespaced,
    kind: each.kind,
    verbs: each.verbs,
    ...(each.shortNames.length > 0 && { shortNames: each.shortNames }),
    ...(['Pod', 'Deployment', 'Service', 'ReplicaSet'].includes(each.kind) && { categories: ['all'] }),
  },
  ...(each.subresources ?? []).map((part) => ({
    name: `${each.plural}/${part}`,
    singularName: '',
    namespaced: each.namespaced,
    kind: part === 'scale' ? 'Scale' : each.kind,
    ...(part === 'scale' && { group: 'autoscaling', version: 'v1' }),
    verbs: part === 'scale' ? ['get', 'update', 'patch'] : ['get'],
  })),
];

/** The answers to `/version`, `/api`, `/apis` and the lists below them; `undefined` for every other path. */
export function discovery(path: string): Record<string, unknown> | undefined {
  const at = path.replace(/\/$/, '');
  if (at === '/version') {
    return {
      major: '1',
      minor: '32',
      gitVersion: 'v1.32.0+belay-sandbox',
      platform: `${process.platform}/${process.arch}`,
    };
  }
  if (at === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (at === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(apiGroup) };
  const group = GROUPS.find((name) => at === `/apis/${name}`);
  if (group) return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) };
  const served = RESOURCES.filter((each) => at === `${each.group ? '/apis' : '/api'}/${groupVersion(each)}`);
  const [first] = served;
  if (!first) return undefined;
  const resources = served.flatMap(described);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion(first), resources };
}
