import type { Directory } from '../../domain/directory.ts';
import type { ToolEntry } from '../../domain/manifest.ts';
import { z } from 'zod';
import { cedar } from './cedar.ts';
import { cedarSchema, KNOWN_VALUES } from './cedar-schema.ts';
import { comparisonOf, comparisonsOf, mustHold, nodesOf } from './expression.ts';
import { TEAM_OWNER } from './gate-expression.ts';
import { asksOwn, mixesOwn, namedActions } from './own-permits.ts';
import { OWN_QUESTIONS, ownTool } from './own-questions.ts';
import { groupsOf } from './permit-terms.ts';
import { placeOf, type Policy, problemOf } from './policy.ts';

export type ToolFacts = Pick<ToolEntry, 'name' | 'risk' | 'reversible'>;

/** What policies are held against. `tools` is undefined where no manifest is known: then policies can name no tool. */
export interface Surroundings {
  readonly directory: Directory;
  readonly tools: readonly ToolFacts[] | undefined;
}

function sameIds(policies: readonly Policy[]): string[] {
  return policies.flatMap((policy, at) => {
    const first = policies.findIndex(({ id }) => id === policy.id);
    return policy.id === '' || first === at
      ? []
      : [problemOf(policy, `${placeOf(policies[first] ?? policy)} has this id too`)];
  });
}

const Uid = z.object({ type: z.enum(['Group', 'Person']), id: z.string() });

/** Names of groups and people in gates and conditions that the directory does not have: they would never match. */
function strangers(policy: Policy, { groups, people }: Directory): string[] {
  const named = policy.terms === undefined || policy.terms === 'none' ? [] : groupsOf(policy.terms);
  const { principal, resource, conditions } = policy.json;
  const uids = [...nodesOf([principal, resource, conditions])].flatMap((node) => Uid.safeParse(node).data ?? []);
  const inConditions = uids.filter(({ type }) => type === 'Group').map(({ id }) => id);
  const unknownGroups = new Set(
    [...named.filter((group) => group !== TEAM_OWNER), ...inConditions].filter((group) => !groups[group]),
  );
  const unknownPeople = new Set(uids.flatMap(({ type, id }) => (type === 'Person' && !people[id] ? [id] : [])));
  const known = Object.keys(groups).join(', ') || 'none';
  return [
    ...[...unknownGroups].map((group) =>
      problemOf(policy, `the directory has no group ${group}; its groups: ${known}`),
    ),
    ...[...unknownPeople].map((person) => problemOf(policy, `the directory has nobody called ${person}`)),
  ];
}

/** Values that a circumstance never has: Cedar takes any text, and a misspelt `forbid` would forbid nothing. */
function misspelt(policy: Policy): string[] {
  return comparisonsOf(policy.json).flatMap(({ attribute, texts }) => {
    const known = KNOWN_VALUES[attribute];
    return known
      ? texts
          .filter((text) => !known.includes(text))
          .map((text) => problemOf(policy, `context.${attribute} is never "${text}"; it is one of ${known.join(', ')}`))
      : [];
  });
}

/** True when a permit can only match what reads: it says so of `context.risk`, or names tools that all do. */
function onlyReads(policy: Policy, tools: readonly ToolFacts[]): boolean {
  const named = namedActions(policy);
  const reads = (name: string) =>
    tools.some((tool) => tool.name === name)
      ? tools.some((tool) => tool.name === name && tool.risk === 'read')
      : tools.some(({ name: tool }) => tool.startsWith(`${name}.`)) &&
        tools.filter(({ name: tool }) => tool.startsWith(`${name}.`)).every(({ risk }) => risk === 'read');
  if (named.length > 0 && named.every(reads)) return true;
  return mustHold(policy.json).some((node) => {
    const { attribute, texts } = comparisonOf(node) ?? { attribute: '', texts: [] };
    const equals = typeof node === 'object' && node !== null && '==' in node;
    return equals && attribute === 'risk' && texts.length === 1 && texts[0] === 'read';
  });
}

function ungated(policy: Policy, tools: readonly ToolFacts[]): string[] {
  if (policy.effect === 'forbid' || policy.terms !== undefined || policy.annotations['gate'] !== undefined) return [];
  if (onlyReads(policy, tools)) return [];
  return [
    problemOf(
      policy,
      'it may match a write and has no @gate; say who approves, or @gate("none") to run unasked, or `when { context.risk == "read" }`',
    ),
  ];
}

/** The authority's own questions need an answer that nothing can change, and are asked of nobody unless policy says whom. */
function ownProblems(policies: readonly Policy[]): string[] {
  return [
    ...policies.filter(mixesOwn).map((policy) => problemOf(policy, 'belay.* questions stand in a permit of their own')),
    ...policies.flatMap((policy) => {
      if (!OWN_QUESTIONS.some((question) => asksOwn(policy, question)) || mixesOwn(policy)) return [];
      const { principal, resource, conditions } = policy.json;
      const bare =
        policy.effect === 'permit' && principal.op === 'All' && resource.op === 'All' && conditions.length === 0;
      if (!bare) return [problemOf(policy, 'belay.* questions take a permit for everybody, without conditions')];
      if (policy.terms === 'none')
        return [problemOf(policy, 'belay.* questions need a person: @gate("none") cannot be')];
      return policy.terms && groupsOf(policy.terms).includes(TEAM_OWNER)
        ? [problemOf(policy, `belay.* questions are about no target, so ${TEAM_OWNER} is nobody`)]
        : [];
    }),
    ...OWN_QUESTIONS.filter((question) => !policies.some((policy) => asksOwn(policy, question))).map(
      (question) =>
        `no policy says who answers ${ownTool(question)}; add \`@id("${question}") @gate("1 of <group>") permit (principal, action == Action::"${ownTool(question)}", resource);\``,
    ),
  ];
}

/** What Cedar's own strict validation says: unknown attributes, tools and types, conditions that can never hold. */
function schemaProblems(policies: readonly Policy[], tools: readonly ToolFacts[]): string[] {
  const answer = cedar.validate({
    validationSettings: { mode: 'strict' },
    schema: cedarSchema(tools.map(({ name }) => name)),
    policies: { staticPolicies: Object.fromEntries(policies.map(({ id, text }) => [id, text])) },
  });
  if (answer.type === 'failure') return answer.errors.map(({ message }) => message);
  return [...answer.validationErrors, ...answer.validationWarnings].map(({ policyId, error }) => {
    const policy = policies.find(({ id }) => id === policyId);
    const said = error.message.replace(/^for policy `[^`]*`, /, '');
    return policy ? problemOf(policy, error.help ? `${said}; ${error.help}` : said) : said;
  });
}

/** Stands for the tools of a Belay whose manifest is not known. */
const SOME_TOOLS: readonly ToolFacts[] = [
  { name: 'some.write', risk: 'write', reversible: 'yes' },
  { name: 'some.read', risk: 'read', reversible: 'yes' },
];

/** Everything that is wrong with policies together, each with its file and line; empty when they load. */
export function policyProblems(policies: readonly Policy[], { directory, tools = SOME_TOOLS }: Surroundings): string[] {
  const double = sameIds(policies);
  return [
    ...double,
    ...policies.flatMap((policy) => [...strangers(policy, directory), ...misspelt(policy), ...ungated(policy, tools)]),
    ...ownProblems(policies),
    // Cedar takes policies by their id.
    ...(double.length > 0 || policies.some(({ id }) => id === '') ? [] : schemaProblems(policies, tools)),
  ];
}
