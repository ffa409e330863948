import { z } from 'zod';

/** How many of whom. The group is one of the directory; `team-owner` was resolved by the target's tag before. */
export const Need = z.object({ count: z.number().int().positive(), group: z.string() });
export type Need = z.infer<typeof Need>;

/** Another group that is told after a while, and may then decide in the place of the needs named; of all unless they are. */
export const Escalation = z.object({
  afterMs: z.number().int().positive(),
  group: z.string(),
  inPlaceOf: z.array(z.string()).exactOptional(),
});
export type Escalation = z.infer<typeof Escalation>;

/** What must be there before a gate opens its option, and how it waits. All durations are milliseconds. */
export const Requirement = z.object({
  v: z.literal(2),
  /** All of them, by distinct people: one person fills one place. */
  needs: z.array(Need),
  /** Whether whoever asked for the run counts. */
  selfApproval: z.boolean(),
  /** Whether each approval must carry the person's own passkey. */
  stepUp: z.boolean(),
  /** Groups of which one person with step-up may force it in an open incident; none: nobody. */
  breakGlass: z.array(z.string()),
  /** How many denials end it. */
  denials: z.number().int().positive(),
  /** Opens a review for the leads afterwards. */
  review: z.boolean(),
  expiresAfterMs: z.number().int().positive(),
  /** How long a complete approval may wait to be used. */
  validForMs: z.number().int().positive(),
  /** When to remind, counted from opening. */
  remindAfterMs: z.array(z.number().int().positive()),
  /** When to ask another group too, counted from opening. */
  escalate: z.array(Escalation),
  /** Ids of the policies that said so. */
  policies: z.array(z.string()),
  /** The same in words, for cards and the record. */
  rule: z.string(),
});
export type Requirement = z.infer<typeof Requirement>;

/** Someone who approved, as far as counting goes. */
export interface Approver {
  readonly person: string;
  readonly groups: readonly string[];
}

/** Each place of each need, as the groups that may fill it. */
const placesOf = (needs: readonly Need[]): string[] =>
  needs.flatMap(({ count, group }) => Array.from({ length: count }, () => group));

/**
 * The places that stay empty when everybody fills at most one and as many as possible are filled: a maximum bipartite
 * matching by augmenting paths (Kuhn 1955). Groups overlap, so counting each need for itself would count people twice.
 */
export function openPlaces(needs: readonly Need[], approvers: readonly Approver[]): string[] {
  const places = placesOf(needs);
  const people = [...new Map(approvers.map((one) => [one.person, one])).values()];
  const filledBy = new Map<number, number>();
  const seat = (who: number, tried: Set<number>): boolean => {
    for (const [place, group] of places.entries()) {
      if (tried.has(place) || !people[who]?.groups.includes(group)) continue;
      tried.add(place);
      const sitting = filledBy.get(place);
      if (sitting !== undefined && !seat(sitting, tried)) continue;
      filledBy.set(place, who);
      return true;
    }
    return false;
  };
  for (const who of people.keys()) seat(who, new Set());
  return places.filter((_, place) => !filledBy.has(place));
}

/** How many places of each group there are: one group may be named twice, as itself and as the owner of the target. */
export function countsOf(places: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const group of places) counts.set(group, (counts.get(group) ?? 0) + 1);
  return counts;
}

/** Open places in words: `2 of sre-oncall`. */
export const inWords = (places: readonly string[]): string[] =>
  [...countsOf(places)].map(([group, count]) => `${count} of ${group}`);

/** In whose place the group of an escalation may decide. */
export const placesOfEscalation = ({ needs }: Pick<Requirement, 'needs'>, { inPlaceOf }: Escalation): string[] =>
  inPlaceOf ?? needs.map(({ group }) => group);

/**
 * The escalations of both, each group once, at the later time. None stands in for a need that one side says must be
 * filled as it is.
 */
function bothEscalations(a: Requirement, b: Requirement): Escalation[] {
  const all = [...a.escalate, ...b.escalate];
  const standsIn = (side: Requirement, name: string, need: string): boolean =>
    !side.needs.some(({ group }) => group === need) ||
    side.escalate.some((one) => one.group === name && placesOfEscalation(side, one).includes(need));
  const needs = [...new Set([...a.needs, ...b.needs].map(({ group }) => group))].toSorted();
  return [...new Set(all.map(({ group }) => group))]
    .toSorted()
    .map((group) => ({
      group,
      afterMs: Math.max(...all.filter((one) => one.group === group).map(({ afterMs }) => afterMs)),
      inPlaceOf: needs.filter((need) => standsIn(a, group, need) && standsIn(b, group, need)),
    }))
    .toSorted((x, y) => x.afterMs - y.afterMs);
}

/** What holds when both do: the larger number of each group, the stricter of everything else. */
export function stricter(a: Requirement, b: Requirement): Requirement {
  const needs = countsOf(placesOf(a.needs));
  for (const [group, count] of countsOf(placesOf(b.needs))) needs.set(group, Math.max(count, needs.get(group) ?? 0));
  return {
    v: 2,
    needs: [...needs].map(([group, count]) => ({ group, count })),
    selfApproval: a.selfApproval && b.selfApproval,
    stepUp: a.stepUp || b.stepUp,
    breakGlass: [...new Set(a.breakGlass)].filter((group) => b.breakGlass.includes(group)).toSorted(),
    denials: Math.min(a.denials, b.denials),
    review: a.review || b.review,
    expiresAfterMs: Math.min(a.expiresAfterMs, b.expiresAfterMs),
    validForMs: Math.min(a.validForMs, b.validForMs),
    remindAfterMs: [...new Set([...a.remindAfterMs, ...b.remindAfterMs])].toSorted((x, y) => x - y),
    escalate: bothEscalations(a, b),
    policies: [...new Set([...a.policies, ...b.policies])],
    rule: a.rule === b.rule ? a.rule : `${a.rule}; ${b.rule}`,
  };
}
