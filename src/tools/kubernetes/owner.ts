import type { Owner } from '../../domain/action.ts';
import type { Deployment } from './wire.ts';

/**
 * Who puts the object back to what a repository or a chart says. Read from the marks these leave on every object they
 * apply. Flux is asked before Helm, because Flux's Helm controller leaves both marks.
 */
export function ownerOf(deployment: Deployment): Owner | null {
  const labels = deployment.metadata?.labels ?? {};
  const annotations = deployment.metadata?.annotations ?? {};
  const argo = argoApplication(labels, annotations);
  if (argo !== undefined) return { kind: 'argocd', name: argo, paused: false };
  for (const kind of ['kustomize', 'helm']) {
    const prefix = `${kind}.toolkit.fluxcd.io`;
    const name = labels[`${prefix}/name`];
    if (name === undefined) continue;
    const namespace = labels[`${prefix}/namespace`];
    const paused = annotations[`${prefix}/reconcile`] === 'disabled';
    return { kind: 'flux', name: namespace === undefined ? name : `${namespace}/${name}`, paused };
  }
  const release = annotations['meta.helm.sh/release-name'];
  if (labels['app.kubernetes.io/managed-by'] !== 'Helm' || release === undefined) return null;
  const namespace = annotations['meta.helm.sh/release-namespace'];
  // Helm reconciles nothing by itself: a live change lasts until the next upgrade, so it is never "paused".
  return { kind: 'helm', name: namespace === undefined ? release : `${namespace}/${release}`, paused: false };
}

/** `app` from the tracking id `app:group/Kind:namespace/name`, or from the instance label or annotation. */
function argoApplication(labels: Record<string, string>, annotations: Record<string, string>): string | undefined {
  const tracking = annotations['argocd.argoproj.io/tracking-id'];
  return (
    tracking?.split(':')[0] ||
    labels['argocd.argoproj.io/instance'] ||
    annotations['argocd.argoproj.io/instance'] ||
    undefined
  );
}
