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
  strength: z.string(),
  reason: z.string().nullable(),
  person: z.object({ id: z.string() }),
  standing: z.object({ person: z.string(), memberships: z.array(z.object({ group: z.string() })) }),
});
const Opened = z.object({
  gate: z.string(),
  requirement: z.object({
    needs: z.array(z.object({ count: z.number(), group: z.string() })),
    breakGlass: z.array(z.string()),
    escalate: z.array(
      z.object({ afterMs: z.number(), group: z.string(), inPlaceOf: z.array(z.string()).exactOptional() }),
    ),
    validForMs: z.number(),
    expiresAfterMs: z.number(),
  }),
});
const Escalated = z.object({ gate: z.string(), to: z.array(z.string()) });
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

/** The words on an option of a gate that still count by these people, with the groups each counts in. */
function wordsOn(
  entries: readonly LedgerEntry[],
  { gate, option }: { gate: string; option: string },
  { active }: StoryBundle,
) {
  const { people, groups } = active.directory;
  const revoked = bodies(entries, 'approval.revoked', Revoked).map(({ decision }) => decision);
  return bodies(entries, 'decision.recorded', Word)
    .filter((one) => one.gate === gate && one.option === option && !revoked.includes(one.number))
    .filter(({ person, standing }) => {
      const entry = people[standing.person];
      return entry?.active === true && entry.identities.includes(person.id);
    })
    .map((one) => ({
      ...one,
      name: one.standing.person,
      groups: one.standing.memberships
        .map(({ group }) => group)
        .filter((group) => groups[group]?.members.includes(one.standing.person)),
    }));
}

type Words = ReturnType<typeof wordsOn>;
type Rule = Pick<z.output<typeof Opened>['requirement'], 'needs' | 'escalate'>;

/** Whether those who said yes fill every place of a rule: their own, and those they were asked to fill in somebody's place. */
function isFull(
  words: Words,
  askers: readonly string[],
  { needs, escalate }: Rule,
  askedToo: readonly string[],
): boolean {
  const yes = words.filter((one) => one.decision === 'approve' && !askers.includes(one.name));
  const people = [...new Set(yes.map(({ name }) => name))].map((name) => {
    const own = yes.filter((one) => one.name === name).flatMap((one) => one.groups);
    const instead = escalate
      .filter(({ group }) => askedToo.includes(group) && own.includes(group))
      .flatMap(({ inPlaceOf }) => inPlaceOf ?? needs.map(({ group }) => group));
    return [...own, ...instead];
  });
  return canSit(placesOf(needs), people);
}

const placesOf = (needs: readonly Need[]): string[] =>
  needs.flatMap(({ count, group }) => Array.from({ length: count }, () => group));

/**
 * What is wrong with beginning something under an option of a gate at the last of these entries, by who was asked when it
 * opened and by who is asked now; undefined when enough people said yes, or one who may forced it. Where policy, or a
 * freeze, changed at the very same time, either is taken.
 */
export function quorumProblem(
  entries: readonly LedgerEntry[],
  on: { gate: string; option: string; forced: boolean },
  { bundles, frozen }: Slot,
): string | undefined {
  const opening = openingOf(entries, on.gate);
  if (!opening) return `${on.gate} never opened`;
  const [run] = bodies(entries, 'run.registered', Registered);
  const askers = [run?.requester.id.replace(/^local:/, '') ?? '', ...editorsOf(entries, on.gate)];
  const askedToo = bodies(entries, 'gate.escalated', Escalated).flatMap(({ gate, to }) => (gate === on.gate ? to : []));
  const holds = bundles.some((bundle) =>
    frozen.some((isFrozen) => {
      const needs = bundle.needs(isFrozen);
      if (!needs) return false;
      const words = wordsOn(entries, on, bundle);
      if (on.forced) return words.some((word) => forces(word, opening.breakGlass) && forces(word, bundle.breakGlass));
      const now = { needs, escalate: bundle.escalate };
      return [opening, now].every((rule) => isFull(words, askers, rule, askedToo));
    }),
  );
  return holds ? undefined : `without the people that were asked for, at opening or now, having said yes`;
}

const openingOf = (entries: readonly LedgerEntry[], gate: string) =>
  bodies(entries, 'gate.opened', Opened).find((one) => one.gate === gate)?.requirement;

const forces = (word: Words[number], breakGlass: readonly string[]): boolean =>
  word.decision === 'break-glass' &&
  word.strength === 'step-up' &&
  word.groups.some((group) => breakGlass.includes(group));

/** What is wrong with asking these groups too, this long after the gate opened: no rule names them, or not so soon. */
export function escalationProblem(
  entries: readonly LedgerEntry[],
  { gate, waitedMs }: { gate: string; waitedMs: number },
  body: JsonObject,
  { bundles }: Slot,
): string | undefined {
  const opening = openingOf(entries, gate)?.escalate ?? [];
  const before = bodies(entries, 'gate.escalated', Escalated).flatMap((one) => (one.gate === gate ? one.to : []));
  const holds = Escalated.parse(body).to.every(
    (group) =>
      !before.includes(group) &&
      bundles.some(({ escalate }) => {
        const named = [...opening, ...escalate].filter((one) => one.group === group);
        return named.length > 0 && named.every(({ afterMs }) => afterMs <= waitedMs);
      }),
  );
  return holds ? undefined : `of a group that was asked already, that no rule names, or too early`;
}

/** How long a gate may be decided and its approval may wait to be used, as its opening said. */
export const timesOf = (entries: readonly LedgerEntry[], gate: string) => {
  const { validForMs = 0, expiresAfterMs = 0 } = openingOf(entries, gate) ?? {};
  return { validForMs, expiresAfterMs };
};

/** What is wrong with a decision: by nobody who might decide anything here at that time, or forced as nobody may. */
export function decisionProblem(
  entries: readonly LedgerEntry[],
  body: JsonObject,
  { bundles, incident }: Slot,
): string | undefined {
  const { gate, person, standing, decision, reason, strength } = Word.parse(body);
  const counts = (among?: (bundle: StoryBundle) => readonly string[]) =>
    bundles.some((bundle) => {
      const { people, groups } = bundle.active.directory;
      const entry = people[standing.person];
      const member = standing.memberships.some(
        ({ group }) => groups[group]?.members.includes(standing.person) && (among?.(bundle).includes(group) ?? true),
      );
      return entry?.active === true && entry.identities.includes(person.id) && member;
    });
  if (!counts()) return `by ${person.id}, who was in no group then`;
  if (decision !== 'break-glass') return undefined;
  if (strength !== 'step-up' || !reason?.trim()) return 'forced without a passkey or a reason';
  if (!incident.includes(true)) return 'forced while no incident was open';
  const opening = openingOf(entries, gate)?.breakGlass ?? [];
  const may = counts((bundle) => (bundle.needs(false) ? bundle.breakGlass.filter((one) => opening.includes(one)) : []));
  return may ? undefined : `forced by ${person.id}, whom no rule lets`;
}
