import { z } from 'zod';
import type { Owner } from '../../domain/action.ts';
import { Failure } from '../../domain/failure.ts';
import type { KubernetesClient } from './client.ts';
import { type GitSource, gitSourceOf } from './git-source.ts';
import { ownerOf } from './owner.ts';
import type { Deployment } from './wire.ts';

/** Who reverts live changes of a workload, and where its manifest lives. */
export interface Controller {
  readonly owner: Owner | null;
  readonly source: GitSource | null;
}

const text = z.string().optional();
const ArgoSource = z.object({ repoURL: z.string(), path: text });
const Application = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({
    source: ArgoSource.optional(),
    sources: z.array(ArgoSource).default([]),
    syncPolicy: z.object({ automated: z.object({ enabled: z.boolean().default(true) }).nullish() }).nullish(),
  }),
  status: z
    .object({ sync: z.object({ revision: text, revisions: z.array(z.string()).default([]) }).optional() })
    .optional(),
});
const FluxObject = z.object({
  spec: z.object({
    suspend: z.boolean().default(false),
    path: text,
    sourceRef: z.object({ kind: z.string(), name: z.string(), namespace: text }).optional(),
  }),
  status: z.object({ lastAppliedRevision: text }).optional(),
});
const GitRepository = z.object({ spec: z.object({ url: z.string() }) });

/**
 * The marks on the workload say who owns it; the owner's own object, where this credential may read it, says whether it is
 * paused and from which repository, path and commit it applies. Without that object an owner counts as not paused.
 */
export async function controllerOf(
  client: KubernetesClient,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<Controller> {
  const owner = ownerOf(deployment);
  const annotated = gitSourceOf(deployment);
  if (owner === null || owner.kind === 'helm') return { owner, source: annotated };
  const found = await (owner.kind === 'argocd'
    ? fromArgo(client, owner, signal)
    : fromFlux(client, owner, deployment, signal));
  return { owner: { ...owner, paused: owner.paused || found.paused }, source: annotated ?? found.source };
}

interface Found {
  readonly paused: boolean;
  readonly source: GitSource | null;
}
const NOTHING: Found = { paused: false, source: null };

async function fromArgo(client: KubernetesClient, owner: Owner, signal: AbortSignal): Promise<Found> {
  // Applications outside Argo CD's own namespace are called <namespace>_<name>.
  const [namespace, name] = owner.name.includes('_') ? splitAt(owner.name, '_') : ['argocd', owner.name];
  const ask = { api: 'argoproj.io/v1alpha1', resource: 'applications', namespace, name };
  const application = Application.safeParse(await findReadable(client, ask, signal));
  if (!application.success) return NOTHING;
  const { metadata, spec, status } = application.data;
  const automated = spec.syncPolicy?.automated;
  const source = spec.source ?? spec.sources[0];
  return {
    paused: !(automated?.enabled ?? false) || metadata.annotations['argocd.argoproj.io/skip-reconcile'] === 'true',
    source:
      source === undefined
        ? null
        : {
            repository: source.repoURL,
            commit: status?.sync?.revision ?? status?.sync?.revisions[0] ?? null,
            path: source.path ?? null,
          },
  };
}

async function fromFlux(
  client: KubernetesClient,
  owner: Owner,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<Found> {
  const [namespace, name] = owner.name.includes('/') ? splitAt(owner.name, '/') : ['flux-system', owner.name];
  const byHelm = deployment.metadata?.labels?.['helm.toolkit.fluxcd.io/name'] !== undefined;
  const ask = byHelm
    ? { api: 'helm.toolkit.fluxcd.io/v2', resource: 'helmreleases', namespace, name }
    : { api: 'kustomize.toolkit.fluxcd.io/v1', resource: 'kustomizations', namespace, name };
  const applied = FluxObject.safeParse(await findReadable(client, ask, signal));
  if (!applied.success) return NOTHING;
  const { spec, status } = applied.data;
  if (spec.sourceRef?.kind !== 'GitRepository') return { paused: spec.suspend, source: null };
  const from = { namespace: spec.sourceRef.namespace ?? namespace, name: spec.sourceRef.name };
  const api = { api: 'source.toolkit.fluxcd.io/v1', resource: 'gitrepositories' };
  const repository = GitRepository.safeParse(await findReadable(client, { ...api, ...from }, signal));
  // `main@sha1:<commit>`
  const commit = status?.lastAppliedRevision?.split(':').at(-1) ?? null;
  return {
    paused: spec.suspend,
    source: repository.success ? { repository: repository.data.spec.url, commit, path: spec.path ?? null } : null,
  };
}

/** Null also where this credential may not look, or the name the marks gave is none the API takes. */
async function findReadable(
  client: KubernetesClient,
  ask: Parameters<KubernetesClient['find']>[0],
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await client.find(ask, signal);
  } catch (error) {
    if (error instanceof Failure && error.type.startsWith('stop.')) return null;
    throw error;
  }
}

function splitAt(name: string, separator: string): [string, string] {
  const at = name.indexOf(separator);
  return [name.slice(0, at), name.slice(at + 1)];
}
