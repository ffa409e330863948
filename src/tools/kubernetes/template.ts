import { type Digest, digestOf } from '../../domain/digest.ts';
import { MARK_PREFIX } from './mark.ts';
import type { PodTemplate } from './wire.ts';

/** What kubectl, and Belay, put on a pod template to restart its pods. */
export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** A pod template without what the deployment controller adds to it: two revisions that are equal here share a ReplicaSet. */
export function plainTemplate(template: PodTemplate): PodTemplate {
  const { labels = {}, ...metadata } = template.metadata ?? {};
  const { 'pod-template-hash': _, ...own } = labels;
  return { ...template, metadata: { ...metadata, labels: own } };
}

/** A pod template without the marks of restarts and of Belay: what a human would call "the same version". */
export function meaningOf(template: PodTemplate): PodTemplate {
  const plain = plainTemplate(template);
  const { annotations = {}, labels = {}, creationTimestamp: _, ...metadata } = plain.metadata ?? {};
  const kept = Object.entries(annotations).filter(([key]) => key !== RESTARTED_AT && !key.startsWith(MARK_PREFIX));
  const meaning: PodTemplate['metadata'] = { ...metadata };
  if (kept.length > 0) meaning.annotations = Object.fromEntries(kept);
  if (Object.keys(labels).length > 0) meaning.labels = labels;
  return { ...plain, metadata: meaning };
}

/** Names a version: equal for a workload before and after a mere restart. */
export const templateHash = (template: PodTemplate): Digest => digestOf(meaningOf(template));

/** Names a revision: the deployment controller makes a new ReplicaSet exactly when this changes. */
export const revisionHash = (template: PodTemplate): Digest => {
  const plain = plainTemplate(template);
  const { creationTimestamp: _, annotations = {}, labels = {}, ...metadata } = plain.metadata ?? {};
  return digestOf({ ...plain, metadata: { ...metadata, annotations, labels } });
};

/** The images of a template, in the order of its containers, each once. */
export const imagesOf = (template: PodTemplate): string[] => [
  ...new Set((template.spec?.containers ?? []).map((container) => container.image ?? '(no image)')),
];
