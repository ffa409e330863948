import { canonicalJson } from '../../domain/digest.ts';
import { readPolicies } from '../policy/read-policies.ts';
import type { Policy } from '../policy/policy.ts';
import type { BundleContent } from './bundle-content.ts';

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

interface Change<T> {
  readonly id: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** What is different between two lists of named things, by name. */
function changes<T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): Change<T>[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names
    .map((id) => ({ id, before: before[id], after: after[id] }))
    .filter((one) => !same(one.before ?? null, one.after ?? null));
}

const changeText = <T>(
  what: string,
  { id, before, after }: Change<T>,
  how: (before: T, after: T) => string[],
): string[] => {
  if (before === undefined) return [`${what} ${id} added`];
  if (after === undefined) return [`${what} ${id} removed`];
  return how(before, after).map((line) => `${what} ${id}: ${line}`);
};

const policiesOf = ({ policies }: Pick<BundleContent, 'policies'>): Record<string, Policy> =>
  Object.fromEntries(
    Object.entries(policies)
      .flatMap(([file, text]) => readPolicies(file, text, []))
      .map((policy) => [policy.id, policy]),
  );

/** What a policy means, so that moving or reformatting it is no change. */
const meaning = ({ json, effect }: Policy) => {
  const { annotations: _, ...rest } = json;
  return { ...rest, effect };
};

function policyChange(before: Policy, after: Policy): string[] {
  const annotations = changes(before.annotations, after.annotations).map(({ id, before: was, after: is }) => {
    if (was === undefined) return `@${id}("${is}") added`;
    return is === undefined ? `@${id}("${was}") removed` : `@${id} was "${was}", is "${is}"`;
  });
  return [...annotations, ...(same(meaning(before), meaning(after)) ? [] : ['when it applies was changed'])];
}

type Directory = BundleContent['directory'];

const inAndOut = (before: readonly string[], after: readonly string[]): string[] => [
  ...after.filter((name) => !before.includes(name)).map((name) => `${name} in`),
  ...before.filter((name) => !after.includes(name)).map((name) => `${name} out`),
];

const groupChange = (before: Directory['groups'][string], after: Directory['groups'][string]): string[] => [
  ...inAndOut(before.members, after.members),
  ...inAndOut(before.leads, after.leads).map((line) => `lead ${line}`),
  ...(same(before.narrowedBy, after.narrowedBy) ? [] : ['what narrows it was changed']),
];

function personChange(before: Directory['people'][string], after: Directory['people'][string]): string[] {
  const turned = before.active === after.active ? [] : [after.active ? 'active again' : 'deactivated'];
  const identities = inAndOut(before.identities, after.identities).map((line) => `identity ${line}`);
  return [
    ...turned,
    ...identities,
    ...(before.name === after.name ? [] : [`was called ${before.name}, is ${after.name}`]),
  ];
}

const byTool = <T extends { tool: string }>(items: readonly T[]) =>
  Object.fromEntries(items.map((item) => [item.tool, item]));
const byName = <T extends { name: string }>(items: readonly T[]) =>
  Object.fromEntries(items.map((item) => [item.name, item]));
const text = (value: object): string =>
  Object.entries(value)
    .filter(([key]) => key !== 'tool' && key !== 'name')
    .map(([key, one]) => `${key} ${String(one)}`)
    .join(', ');
const fromTo = (before: object, after: object): string[] => [`was ${text(before)}, is ${text(after)}`];

/** What a bundle says that the one before it did not, in words, one change a line. */
export function bundleDiff(before: BundleContent, after: BundleContent): string[] {
  const of = <T>(
    what: string,
    a: Readonly<Record<string, T>>,
    b: Readonly<Record<string, T>>,
    how: (x: T, y: T) => string[],
  ) => changes(a, b).flatMap((change) => changeText(what, change, how));
  const sameTools = same(before.tools, after.tools);
  return [
    ...of('policy', policiesOf(before), policiesOf(after), policyChange),
    ...of('group', before.directory.groups, after.directory.groups, groupChange),
    ...of('person', before.directory.people, after.directory.people, personChange),
    ...of('cap on', byTool(before.caps), byTool(after.caps), fromTo),
    ...(same(before.targets, after.targets) ? [] : ['tags of targets were changed']),
    ...(same(before.routes, after.routes) ? [] : ['routes were changed']),
    ...of('tool', byName(before.tools), byName(after.tools), fromTo),
    ...(before.manifest !== after.manifest && sameTools ? ['the build was changed'] : []),
    ...(same(before.tests, after.tests) ? [] : ['tests of policies were changed']),
  ];
}

/** How much a bundle holds, for the first of a Belay, which differs from nothing. */
export function bundleSize({ policies, directory, caps }: BundleContent): string {
  const { people, groups } = directory;
  const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
  return [
    count(Object.keys(policiesOf({ policies })).length, 'policy', 'policies'),
    count(Object.keys(people).length, 'person', 'people'),
    count(Object.keys(groups).length, 'group', 'groups'),
    count(caps.length, 'cap', 'caps'),
  ].join(', ');
}
