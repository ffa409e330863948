import { loadPolicies, type PolicySource } from '../../../src/authority/policy/load-policies.ts';
import type { ToolFacts } from '../../../src/authority/policy/policy-problems.ts';
import type { Directory } from '../../../src/domain/directory.ts';
import type { PolicyRequest } from '../../../src/domain/policy-request.ts';

const person = (name: string) => ({ name, identities: [`local:${name}`], active: true });
const group = (...members: string[]) => ({ members, narrowedBy: [], leads: [] });

export const directory: Directory = {
  v: 1,
  people: { ada: person('ada'), bob: person('bob'), cleo: person('cleo') },
  groups: { sre: group('ada', 'bob'), leads: group('cleo'), shop: group('cleo', 'bob') },
};

export const tools: readonly ToolFacts[] = [
  { name: 'kubernetes.get_pods', risk: 'read', reversible: 'yes' },
  { name: 'kubernetes.scale', risk: 'write', reversible: 'yes' },
  { name: 'kubernetes.delete_volume', risk: 'destructive', reversible: 'no' },
  { name: 'prometheus.query', risk: 'read', reversible: 'yes' },
];

/** Answers to the authority's own questions, which every set must have. */
export const OWN = `@id("own") @gate("1 of leads") permit (principal, action in Action::"belay", resource);\n`;

/** A policy in a file `own.cedar` for the authority's questions, beside what a test is about in `test.cedar`. */
const sourceOf = (text: string, more: Partial<PolicySource> = {}): PolicySource => ({
  name: 'test',
  files: { 'test.cedar': text, 'own.cedar': OWN },
  directory,
  tools,
  ...more,
});

/** Everything that is wrong with a policy; empty when it loads. */
export function problemsOf(text: string, more: Partial<PolicySource> = {}): string[] {
  const loaded = loadPolicies(sourceOf(text, more));
  return 'problems' in loaded ? loaded.problems : [];
}

/** A policy that loads. */
export function policyOf(text: string, more: Partial<PolicySource> = {}) {
  const loaded = loadPolicies(sourceOf(text, more));
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.policy;
}

type Changes = Partial<Omit<PolicyRequest, 'context' | 'target'>> & {
  target?: Partial<PolicyRequest['target']>;
  context?: Partial<PolicyRequest['context']>;
};

/** A write by ada on a target of team shop. */
export const requestOf = ({ target, context, ...changes }: Changes = {}): PolicyRequest => ({
  requester: { person: 'ada', groups: ['sre'] },
  tool: 'kubernetes.scale',
  target: {
    system: 'kubernetes',
    connection: 'default',
    key: 'kubernetes:uid/shop/deployments/checkout',
    name: 'deployment checkout in shop',
    tags: { team: 'shop', environment: 'production' },
    ...target,
  },
  ...changes,
  context: {
    risk: 'write',
    reversible: 'yes',
    runbook: 'remediation/bad-deploy',
    family: 'remediation',
    proposedBy: 'rules',
    blastRadius: { count: 3, unit: 'pods', percent: null },
    owner: '',
    freezes: [],
    dryRun: false,
    incident: { open: false, responder: null },
    stepUpPossible: true,
    money: null,
    at: '2026-03-06T12:00:00.000Z',
    ...context,
  },
});
