import { eventsV1 } from './events-api.ts';
import { isDeployment, isEvent } from './objects.ts';
import type { KubeObject, Pod } from './objects.ts';
import type { RequestInfo } from './request-info.ts';
import { groupVersion } from './resources.ts';
import { scaleOf } from './scale.ts';
import { fieldSelector, labelSelector } from './selectors.ts';
import { notFound } from './status-error.ts';
import type { Store } from './store.ts';
import { tableOf } from './table.ts';

/** Which objects a list or watch means. @throws StatusError 400 on a selector that is none */
export function selection(info: RequestInfo, query: URLSearchParams): (object: KubeObject) => boolean {
  const byLabel = labelSelector(query.get('labelSelector') ?? '');
  const byField = fieldSelector(query.get('fieldSelector') ?? '', info.resource.kind);
  const { namespace, name } = info;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    byLabel(object) &&
    byField(object);
}

/** An object as this resource shows it: events have two faces. */
export const shapeFor = (info: RequestInfo): ((object: KubeObject) => unknown) =>
  info.resource.group === 'events.k8s.io'
    ? (object) => (isEvent(object) ? eventsV1(object) : object)
    : (object) => object;

const wantsTable = (accept: string): boolean => /^application\/json;as=Table/i.test(accept);

function list(store: Store, info: RequestInfo, query: URLSearchParams, accept: string): unknown {
  const selects = selection(info, query);
  const items = store.list(info.resource.kind, info.namespace).filter((object) => selects(object));
  if (wantsTable(accept)) return tableOf(info.resource.kind, items, String(store.version));
  return {
    kind: `${info.resource.kind}List`,
    apiVersion: groupVersion(info.resource),
    metadata: { resourceVersion: String(store.version) },
    items: items.map(shapeFor(info)),
  };
}

/** GET of one object, one scale or a list. @throws StatusError 400, 404 */
export function handleRead(store: Store, info: RequestInfo, query: URLSearchParams, accept: string): unknown {
  if (info.verb === 'list') return list(store, info, query, accept);
  const { kind, plural, group } = info.resource;
  const found = store.get(kind, info.namespace, info.name ?? '');
  if (!found) throw notFound(plural, group, info.name ?? '');
  if (info.subresource === 'scale' && isDeployment(found)) return scaleOf(found);
  if (wantsTable(accept)) return tableOf(kind, [found], found.metadata.resourceVersion);
  return shapeFor(info)(found);
}

/** The pod a request for logs means. @throws StatusError 404 */
export function podOf(store: Store, info: RequestInfo): Pod {
  const pod = store.get('Pod', info.namespace, info.name ?? '');
  if (!pod) throw notFound('pods', '', info.name ?? '');
  return pod;
}
