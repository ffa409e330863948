import { badRequest, noSuchPath, notAllowed } from './status-error.ts';
import { findResource } from './resources.ts';
import type { Resource } from './resources.ts';

/** What a request asks for, in the API server's own terms. */
export interface RequestInfo {
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  resource: Resource;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
}

const verbOf = (method: string, named: boolean, watch: boolean): RequestInfo['verb'] | undefined => {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return watch ? 'watch' : named ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : undefined;
    default:
      return undefined;
  }
};

/** Reads `/api/v1/…` and `/apis/<group>/<version>/…`. @throws StatusError 400, 404 (no such kind), 405 (a verb the kind does not have) */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  let steps: string[];
  try {
    steps = path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    throw badRequest('the path is not properly escaped');
  }
  const root = steps.shift();
  const group = root === 'apis' ? (steps.shift() ?? '') : '';
  const version = steps.shift() ?? '';
  // `/namespaces/<n>` is the namespace itself; `/namespaces/<n>/pods` lies within it.
  const namespace = steps[0] === 'namespaces' && steps.length > 2 ? steps[1] : undefined;
  if (namespace !== undefined) steps.splice(0, 2);
  const [plural = '', name, subresource, ...rest] = steps;
  const resource = findResource(group, version, plural);
  if (!resource || rest.length > 0 || (namespace !== undefined && !resource.namespaced)) throw noSuchPath();
  if (subresource && !resource.subresources?.includes(subresource)) throw noSuchPath();
  const verb = verbOf(method, name !== undefined, ['1', 'true'].includes(query.get('watch') ?? ''));
  const readOnlyPart = subresource !== undefined && subresource !== 'scale';
  if (!verb || !resource.verbs.includes(verb) || (readOnlyPart && verb !== 'get')) throw notAllowed();
  if (name !== undefined && resource.namespaced && namespace === undefined) throw noSuchPath();
  return { verb, resource, namespace, name, subresource };
}
