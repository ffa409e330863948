import { z } from 'zod';
import type { Pod } from './wire.ts';

/** One pod as a human would sum it up. */
export const PodFacts = z.object({
  name: z.string(),
  phase: z.string(),
  ready: z.boolean(),
  restarts: z.number().int().nonnegative(),
  /** Why it does not run: `CrashLoopBackOff`, `ImagePullBackOff`, `Unschedulable`, …; null when nothing is said. */
  reason: z.string().nullable(),
  lastExit: z
    .object({ reason: z.string().nullable(), code: z.number().int(), at: z.iso.datetime().nullable() })
    .nullable(),
  images: z.array(z.string()),
  /** The label that ties it to its ReplicaSet. */
  templateHashLabel: z.string().nullable(),
  node: z.string().nullable(),
  createdAt: z.iso.datetime().nullable(),
});
export type PodFacts = z.infer<typeof PodFacts>;

/** Sums a pod up; of several containers the worst one speaks. */
export function podFacts(pod: Pod): PodFacts {
  const { metadata, spec, status } = pod;
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const stuck = containers.map(({ state }) => state?.waiting?.reason).find((reason) => reason !== undefined);
  const exits = containers.flatMap(({ state, lastState }) => {
    const exit = state?.terminated ?? lastState?.terminated;
    return exit === undefined ? [] : [exit];
  });
  const exit = exits.find(({ exitCode }) => exitCode !== 0) ?? exits[0];
  const unready = status?.conditions?.find(
    (condition) => condition.status !== 'True' && condition.reason !== undefined,
  );
  const ready = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
  return {
    name: metadata?.name ?? '',
    phase: metadata?.deletionTimestamp === undefined ? (status?.phase ?? 'Unknown') : 'Terminating',
    ready,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    reason: ready ? null : (stuck ?? status?.reason ?? unready?.reason ?? null),
    lastExit:
      exit === undefined ? null : { reason: exit.reason ?? null, code: exit.exitCode, at: isoOrNull(exit.finishedAt) },
    images: (spec?.containers ?? []).map(({ image }) => image ?? '(no image)'),
    templateHashLabel: metadata?.labels?.['pod-template-hash'] ?? null,
    node: spec?.nodeName ?? null,
    createdAt: isoOrNull(metadata?.creationTimestamp),
  };
}

/** The pods that most need a look first: not ready, then most restarts, then the youngest. */
export function worstFirst(a: PodFacts, b: PodFacts): number {
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  return (
    b.restarts - a.restarts || (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || a.name.localeCompare(b.name)
  );
}

const isoOrNull = (time: string | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();
