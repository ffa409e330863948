import { z } from 'zod';
import type { JsonObject } from '../../src/domain/json.ts';
import type { LedgerEntry } from '../../src/domain/ledger.ts';
import type { Need } from '../../src/domain/requirement.ts';
import type { Slot } from './authority-story.ts';
import type { StoryBundle } from './story-bundles.ts';

const Word = z.object({
  gate: z.string(),
  decision: z.string(),
  option: z.string(),
  number: z.number(),
  person: z.object({ id: z.string() }),
  standing: z.object({ person: z.string(), memberships: z.array(z.object({ group: z.string() })) }),
});
const Opened = z.object({
  gate: z.string(),
  requirement: z.object({ needs: z.array(z.object({ count: z.number(), group: z.string() })), validForMs: z.number() }),
});
const Revoked = z.object({ gate: z.string(), decision: z.number() });
const Revised = z.object({ gate: z.string(), kind: z.string(), next: z.string(), by: z.string() });
const Registered = z.object({ requester: z.object({ id: z.string() }) });

const bodies = <T extends z.ZodType>(entries: readonly LedgerEntry[], kind: LedgerEntry['kind'], schema: T) =>
  entries.flatMap((entry): z.output<T>[] => (entry.kind === kind ? [schema.parse(entry.body)] : []));

/** Whether these people can sit in all places, each in one: every way is tried. */
function canSit(places: readonly string[], people: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = places;
  if (first === undefined) return true;
  return people.some((groups, at) => groups.includes(first) && canSit(rest, people.toSpliced(at, 1)));
}

/** Whoever edited what a gate asks, or what it came from. */
function editorsOf(entries: readonly LedgerEntry[], gate: string): string[] {
  const before = bodies(entries, 'gate.revised', Revised).find((one) => one.next === gate);
  return before?.kind === 'edit' ? [before.by, ...editorsOf(entries, before.gate)] : [];
}

/** Who has said yes to an option of a gate by the end of these entries and still may, with the groups it counts in. */
function yes(
  entries: readonly LedgerEntry[],
  { gate, option }: { gate: string; option: string },
  { active }: StoryBundle,
) {
  const { people, groups } = active.directory;
  const [run] = bodies(entries, 'run.registered', Registered);
  const askers = [run?.requester.id.replace(/^local:/, '') ?? '', ...editorsOf(entries, gate)];
  const revoked = bodies(entries, 'approval.revoked', Revoked).map(({ decision }) => decision);
  const words = bodies(entries, 'decision.recorded', Word).filter(
    (one) => one.gate === gate && one.decision === 'approve' && one.option === option && !revoked.includes(one.number),
  );
  const names = [...new Set(words.map(({ standing }) => standing.person))];
  return names
    .filter((name) => people[name]?.active === true && !askers.includes(name))
    .map((name) =>
      words
        .filter(({ standing }) => standing.person === name)
        .flatMap(({ standing }) => standing.memberships.map(({ group }) => group))
        .filter((group) => groups[group]?.members.includes(name)),
    );
}

const placesOf = (needs: readonly Need[]): string[] =>
  needs.flatMap(({ count, group }) => Array.from({ length: count }, () => group));

/**
 * What is wrong with beginning something under an option of a gate at the last of these entries, by who was asked when it
 * opened and by who is asked now; undefined when enough people said yes. Where policy, or a freeze, changed at the very
 * same time, either is taken.
 */
export function quorumProblem(
  entries: readonly LedgerEntry[],
  on: { gate: string; option: string },
  { bundles, frozen }: Slot,
): string | undefined {
  const opened = bodies(entries, 'gate.opened', Opened).find(({ gate }) => gate === on.gate);
  if (!opened) return `${on.gate} never opened`;
  const holds = bundles.some((bundle) =>
    frozen.some((isFrozen) => {
      const needs = bundle.needs(isFrozen);
      const people = yes(entries, on, bundle);
      return needs && canSit(placesOf(needs), people) && canSit(placesOf(opened.requirement.needs), people);
    }),
  );
  return holds ? undefined : `without the people that were asked for, at opening or now, having said yes`;
}

/** How long a gate's approval may wait to be used, as its opening said. */
export const validForOf = (entries: readonly LedgerEntry[], gate: string): number =>
  bodies(entries, 'gate.opened', Opened).find((one) => one.gate === gate)?.requirement.validForMs ?? 0;

/** What is wrong with a decision: by nobody who might decide anything here at that time. */
export function decisionProblem(body: JsonObject, { bundles }: Slot): string | undefined {
  const { person, standing } = Word.parse(body);
  const known = bundles.some(({ active: { directory } }) => {
    const entry = directory.people[standing.person];
    const member = standing.memberships.some(({ group }) => directory.groups[group]?.members.includes(standing.person));
    return entry?.active === true && entry.identities.includes(person.id) && member;
  });
  return known ? undefined : `by ${person.id}, who was in no group then`;
}
