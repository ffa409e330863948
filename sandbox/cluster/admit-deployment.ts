import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { at } from '../http/json-path.ts';
import { badRequest, conflict, invalid } from './status-error.ts';
import type { StatusCause } from './status-error.ts';
import type { Deployment } from './objects.ts';

const IMAGE = /^[a-z0-9]+([._:/@-][a-z0-9._-]+)*$/i;
const count = z.int().min(0, 'must be greater than or equal to 0');
const share = z.union([count, z.string().regex(/^\d+%$/, "must be an integer or percentage (e.g '5%')")]);

const SPEC = z.object({
  replicas: count,
  minReadySeconds: count.optional(),
  revisionHistoryLimit: count,
  progressDeadlineSeconds: count,
  paused: z.boolean().optional(),
  strategy: z.object({
    type: z.enum(['RollingUpdate', 'Recreate']),
    rollingUpdate: z.object({ maxSurge: share.optional(), maxUnavailable: share.optional() }).optional(),
  }),
  selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
  template: z.object({
    metadata: z.object({
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()).optional(),
    }),
    spec: z.object({
      containers: z
        .array(
          z.object({
            name: z.string().min(1, 'Required value'),
            image: z.string().regex(IMAGE, 'must be the name of an image'),
            env: z
              .array(z.object({ name: z.string().min(1, 'Required value'), value: z.string().optional() }))
              .optional(),
          }),
        )
        .min(1, 'Required value'),
    }),
  }),
});

const ANNOTATIONS = z.record(z.string(), z.string()).optional();

function problems(current: Deployment, next: Deployment): StatusCause[] {
  const causes: StatusCause[] = [];
  const add = (field: string, message: string): void =>
    void causes.push({ reason: 'FieldValueInvalid', field, message });
  for (const issue of SPEC.safeParse(next.spec).error?.issues ?? []) {
    const value = at(next.spec, issue.path);
    const field = ['spec', ...issue.path.map(String)].join('.').replace(/\.(\d+)/g, '[$1]');
    add(field, `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${issue.message}`);
  }
  if (!ANNOTATIONS.safeParse(next.metadata.annotations).success)
    add('metadata.annotations', 'Invalid value: must be strings');
  if (causes.length > 0) return causes;
  if (!isDeepStrictEqual(next.spec.selector, current.spec.selector)) {
    add('spec.selector', `Invalid value: ${JSON.stringify(next.spec.selector)}: field is immutable`);
  }
  const labels = next.spec.template.metadata.labels ?? {};
  if (Object.entries(next.spec.selector.matchLabels).some(([key, value]) => labels[key] !== value)) {
    add(
      'spec.template.metadata.labels',
      `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``,
    );
  }
  return causes;
}

/**
 * What the API server would store for a changed Deployment: server-owned fields stay, a changed spec is a new generation.
 * @throws StatusError 400 (other name), 409 (stale resourceVersion, other uid), 422 (invalid, every field named)
 */
export function admitDeployment(current: Deployment, candidate: Deployment): Deployment {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = current.metadata;
  const given = candidate.metadata;
  const stale = given?.resourceVersion && given.resourceVersion !== resourceVersion;
  if (given?.name !== name || (given.namespace ?? namespace) !== namespace) {
    throw badRequest(`the name of the object (${given?.name}) does not match the name on the URL (${name})`);
  }
  if (stale) throw conflict('deployments', 'apps', name);
  if (given.uid && given.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${uid}`;
    throw conflict('deployments', 'apps', name, why);
  }
  const next: Deployment = {
    ...structuredClone(candidate),
    apiVersion: current.apiVersion,
    kind: current.kind,
    metadata: { ...current.metadata, uid, resourceVersion, creationTimestamp },
    status: current.status,
  };
  for (const field of ['labels', 'annotations'] as const) {
    if (given[field]) next.metadata[field] = given[field];
    else delete next.metadata[field];
  }
  const causes = problems(current, next);
  if (causes.length > 0) throw invalid('Deployment', 'apps', name, causes);
  if (!isDeepStrictEqual(next.spec, current.spec)) next.metadata.generation = (current.metadata.generation ?? 1) + 1;
  return next;
}
