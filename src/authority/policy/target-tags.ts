import { z } from 'zod';
import type { Target } from '../../domain/target.ts';

const Text = z.string().min(1).max(200);

/**
 * One line of `targets.yaml`: which targets, by their system, connection or the tags their tool gave them, and which tags
 * they have for policy. It is how a target gets its team and environment where its system does not know them.
 */
export const TargetTags = z.strictObject({ match: z.record(z.string(), Text), tags: z.record(z.string(), Text) });
export type TargetTags = z.infer<typeof TargetTags>;

/** A target with what the lines say of it; a later line wins over an earlier one, and both over the tool. */
export function withTags(target: Target, lines: readonly TargetTags[]): Target {
  const { system, connection } = target;
  const facts: Record<string, string> = { ...target.tags, system, connection };
  const matching = lines.filter(({ match }) => Object.entries(match).every(([key, value]) => facts[key] === value));
  return matching.length === 0
    ? target
    : { ...target, tags: Object.assign({}, target.tags, ...matching.map(({ tags }) => tags)) };
}
