import type { Deployment } from './objects.ts';

/** What the arithmetic of a rollout needs to know of one ReplicaSet. */
export interface SetSize {
  name: string;
  wanted: number;
  available: number;
  /** Its pods that are still there, those that are ending among them. */
  present: number;
}

const absolute = (value: number | string | undefined, of: number, round: (n: number) => number): number =>
  typeof value === 'string' ? round((Number.parseInt(value, 10) / 100) * of) : (value ?? 0);

/** maxSurge rounds up, maxUnavailable down; both zero would never move, so one may then be unavailable. */
export function rolloutBounds(spec: Deployment['spec']): { surge: number; unavailable: number } {
  const rolling = spec.strategy.rollingUpdate;
  const surge = absolute(rolling?.maxSurge ?? '25%', spec.replicas, Math.ceil);
  const unavailable = absolute(rolling?.maxUnavailable ?? '25%', spec.replicas, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

const total = (sets: SetSize[]): number => sets.reduce((sum, each) => sum + each.wanted, 0);

/** The size the new set should have now: it grows as far as maxSurge allows, and follows the Deployment down at once. */
export function newSetSize(spec: Deployment['spec'], fresh: SetSize, old: SetSize[]): number {
  if (fresh.wanted > spec.replicas) return spec.replicas;
  if (spec.strategy.type === 'Recreate') return old.some(({ present }) => present > 0) ? fresh.wanted : spec.replicas;
  const room = spec.replicas + rolloutBounds(spec).surge - total([fresh, ...old]);
  return Math.min(spec.replicas, fresh.wanted + Math.max(room, 0));
}

/** The sizes the old sets should have now: broken pods go first, then as many healthy ones as maxUnavailable allows. */
export function oldSetSizes(spec: Deployment['spec'], fresh: SetSize, old: SetSize[]): Map<string, number> {
  const sizes = new Map(old.map((each) => [each.name, each.wanted]));
  if (spec.strategy.type === 'Recreate') return new Map(old.map((each) => [each.name, 0]));
  const minimum = spec.replicas - rolloutBounds(spec).unavailable;
  let budget = total([fresh, ...old]) - minimum - Math.max(fresh.wanted - fresh.available, 0);
  if (budget <= 0) return sizes;
  for (const each of old) {
    const broken = Math.min(Math.max(each.wanted - each.available, 0), budget);
    sizes.set(each.name, each.wanted - broken);
    budget -= broken;
  }
  let healthy = [fresh, ...old].reduce((sum, each) => sum + each.available, 0) - minimum;
  for (const each of old) {
    const size = sizes.get(each.name) ?? 0;
    const fewer = Math.max(Math.min(size, healthy), 0);
    sizes.set(each.name, size - fewer);
    healthy -= fewer;
  }
  return sizes;
}
