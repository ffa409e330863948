import type { Directory } from '../../domain/directory.ts';
import { digestOf } from '../../domain/digest.ts';
import type { PolicyRequest } from '../../domain/policy-request.ts';
import type { Requirement } from '../../domain/requirement.ts';
import { cedar } from './cedar.ts';
import type { Explanation } from './explanation.ts';
import { judge, type Loaded } from './judge.ts';
import { asksOwn } from './own-permits.ts';
import { OWN_QUESTIONS, type OwnQuestion, OWN_SYSTEM } from './own-questions.ts';
import type { Policy } from './policy.ts';
import { policyProblems, type ToolFacts } from './policy-problems.ts';
import type { PolicySet } from './policy-set.ts';
import { readPolicies } from './read-policies.ts';
import { requirementFrom } from './requirement-from.ts';
import { type TargetTags, withTags } from './target-tags.ts';

/** What a policy set is made of. `files` are texts by name. */
export interface PolicySource {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly directory: Directory;
  readonly targets?: readonly TargetTags[];
  /** Of the manifest; undefined where none is known: policies can then name no tool. */
  readonly tools?: readonly ToolFacts[] | undefined;
}

/** A policy set that also says why. */
export interface ExplainedPolicySet extends PolicySet {
  readonly policies: readonly Policy[];
  /** `unlisted`: the tool need not be one of the manifest, as in a table test about one that will be. */
  explain(request: PolicyRequest, options?: { unlisted?: boolean }): Explanation;
}

function ownRequirements(loaded: Loaded): (question: OwnQuestion) => Requirement {
  const all = new Map(
    OWN_QUESTIONS.map((question) => {
      const asking = [...loaded.policies.values()].flatMap((policy) =>
        asksOwn(policy, question) && typeof policy.terms === 'object' ? [{ id: policy.id, terms: policy.terms }] : [],
      );
      return [question, requirementFrom(loaded.name, asking, '', loaded.directory)] as const;
    }),
  );
  return (question) => {
    const requirement = all.get(question);
    if (!requirement || 'unknownTeam' in requirement)
      throw new Error(`policy ${loaded.name} was loaded without ${question}`);
    return requirement;
  };
}

/** Reads, checks and prepares a policy set; or everything that is wrong with it, each with file and line. */
export function loadPolicies(source: PolicySource): { policy: ExplainedPolicySet } | { problems: string[] } {
  const { name, files, directory, targets = [], tools } = source;
  const problems: string[] = [];
  const policies = Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([file, text]) => readPolicies(file, text, problems));
  // What follows from a file that did not parse (nobody says who may resume, for example) would only mislead.
  if (problems.length > 0) return { problems };
  problems.push(...policyProblems(policies, { directory, tools }));
  if (problems.length > 0) return { problems };
  const texts = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  const preparsed = digestOf({ v: 1, policies: texts });
  const parsed = cedar.preparsePolicySet(preparsed, { staticPolicies: texts });
  if (parsed.type === 'failure') return { problems: parsed.errors.map(({ message }) => message) };
  const loaded: Loaded = {
    name,
    directory,
    preparsed,
    policies: new Map(policies.map((policy) => [policy.id, policy])),
  };
  const explain: ExplainedPolicySet['explain'] = (request, { unlisted = false } = {}) => {
    const { tool, target } = request;
    const own = tool.startsWith(`${OWN_SYSTEM}.`);
    const unknown = own || (!unlisted && tools?.every((known) => known.name !== tool) === true);
    return unknown
      ? { judgement: { say: 'forbid', rule: 'manifest', message: `no tool is called ${tool}` }, said: [] }
      : judge(loaded, { ...request, target: withTags(target, targets) });
  };
  const own = ownRequirements(loaded);
  return {
    policy: { name, policies, explain, judge: (request) => explain(request).judgement, choice: own('choose'), own },
  };
}
