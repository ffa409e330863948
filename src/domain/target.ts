import { z } from 'zod';

/** What an action changes. */
export const Target = z.object({
  system: z.string().min(1),
  connection: z.string().min(1),
  /** Canonical lock key, for example `kubernetes:<cluster uid>/<namespace>/deployments/<name>`; a parent's key is a prefix of its children's. */
  key: z.string().min(1).max(500),
  /** How people call it, for example `deployment checkout in shop`. */
  name: z.string().min(1).max(300),
  tags: z.record(z.string(), z.string()).default({}),
});
export type Target = z.infer<typeof Target>;

/** True when two lock keys are the same or one is an ancestor of the other. */
export function keysOverlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** True when whoever holds `held` also holds `key`: they are the same, or `held` is an ancestor. */
export function keyCovers(held: string, key: string): boolean {
  return held === key || key.startsWith(`${held}/`);
}
