import { z } from 'zod';
import { admitDeployment } from './admit-deployment.ts';
import { isDeployment, isPod } from './objects.ts';
import type { Deployment, KubeObject } from './objects.ts';
import { applyTypedPatch } from './patch.ts';
import { deletePod } from './replicaset-controller.ts';
import type { RequestInfo } from './request-info.ts';
import { rescaled, scaleOf } from './scale.ts';
import type { Scale } from './scale.ts';
import { badRequest, conflict, invalid, notAllowed, notFound } from './status-error.ts';
import type { Store } from './store.ts';

export interface WriteRequest {
  info: RequestInfo;
  query: URLSearchParams;
  mediaType: string;
  body: unknown;
}

function isDryRun(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter(Boolean);
  if (values.some((value) => value !== 'All')) {
    const message = `Unsupported value: ${JSON.stringify(values[0])}: supported values: "All"`;
    throw invalid('PatchOptions', 'meta.k8s.io', '', [{ reason: 'FieldValueNotSupported', field: 'dryRun', message }]);
  }
  return values.length > 0;
}

/** The body as one kind; what it holds is judged when the object is admitted. */
function bodyAs<T extends { kind: string }>(body: unknown, kind: T['kind']): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest(`the body is not a ${kind}`);
  const given = 'kind' in body ? body.kind : kind;
  if (given !== kind) throw badRequest(`${String(given)} in the body does not match the expected ${kind}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- admission checks every field that is used
  return body as T;
}

function candidateFor(current: Deployment, { info, mediaType, body }: WriteRequest): Deployment {
  if (info.subresource === 'scale') {
    const scale =
      info.verb === 'patch' ? applyTypedPatch(scaleOf(current), mediaType, body) : bodyAs<Scale>(body, 'Scale');
    return rescaled(current, scale);
  }
  if (info.verb === 'patch') return applyTypedPatch(current, mediaType, body);
  return bodyAs<Deployment>(body, 'Deployment');
}

/**
 * PUT, PATCH and DELETE. The object as it is afterwards (or, with `dryRun=All`, would be).
 * @throws StatusError 400, 404, 405, 409 (the resourceVersion in the body is not the current one), 415, 422
 */
export function handleWrite(store: Store, request: WriteRequest): unknown {
  const { info } = request;
  const { plural, group, kind } = info.resource;
  const current = store.get(kind, info.namespace, info.name ?? '');
  if (!current) throw notFound(plural, group, info.name ?? '');
  const dryRun = isDryRun(request.query);
  if (info.verb === 'delete' && isPod(current)) {
    checkPreconditions(current, request.body);
    if (!dryRun) deletePod(store, current);
    return store.get(kind, info.namespace, info.name ?? '') ?? current;
  }
  if (!isDeployment(current)) throw notAllowed();
  const next = admitDeployment(current, candidateFor(current, request));
  const stored = dryRun ? next : store.update(next);
  return info.subresource === 'scale' ? scaleOf(stored) : stored;
}

const DELETE_OPTIONS = z.object({
  preconditions: z.object({ uid: z.string().optional(), resourceVersion: z.string().optional() }).optional(),
});

function checkPreconditions(current: KubeObject, options: unknown): void {
  const wanted = DELETE_OPTIONS.safeParse(options).data?.preconditions;
  const { uid, resourceVersion, name } = current.metadata;
  if ((wanted?.uid && wanted.uid !== uid) || (wanted?.resourceVersion && wanted.resourceVersion !== resourceVersion)) {
    throw conflict('pods', '', name, 'Precondition failed: the object is not the one that was meant');
  }
}
