import type { Directory } from '../../domain/directory.ts';
import type { PolicyRequest } from '../../domain/policy-request.ts';
import { cedar } from './cedar.ts';
import { cedarRequest } from './cedar-request.ts';
import type { Explanation, Said } from './explanation.ts';
import { comparisonsOf } from './expression.ts';
import { TEAM_OWNER } from './gate-expression.ts';
import { placeOf, type Policy } from './policy.ts';
import type { Judgement } from './policy-set.ts';
import { requirementFrom } from './requirement-from.ts';

/** Policies as they were loaded, ready to be asked. */
export interface Loaded {
  readonly name: string;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly directory: Directory;
  /** Under which Cedar keeps them parsed. */
  readonly preparsed: string;
}

const said = (policy: Policy, note: string | null = null): Said => ({
  id: policy.id,
  effect: policy.effect,
  place: placeOf(policy),
  gate: policy.annotations['gate'] ?? null,
  note,
});

const forbid = (rule: string, message: string): Judgement => ({ say: 'forbid', rule, message });
const ids = (policies: readonly Policy[]): string => policies.map(({ id }) => id).join(', ');

/** A permit that lets things run unasked holds for what a model proposed only if it says `"model"` of `context.proposedBy`. */
const namesModels = ({ json }: Policy): boolean =>
  comparisonsOf(json).some(({ attribute, texts }) => attribute === 'proposedBy' && texts.includes('model'));

function permitted({ name, directory }: Loaded, matched: readonly Policy[], request: PolicyRequest): Explanation {
  const { context, tool, target } = request;
  const writes = context.risk !== 'read';
  const idle = matched.filter(
    (policy) => writes && policy.terms === 'none' && context.proposedBy === 'model' && !namesModels(policy),
  );
  const counting = matched.filter((policy) => !idle.includes(policy));
  const notes = [
    ...counting.map((policy) => said(policy)),
    ...idle.map((policy) => said(policy, 'does not hold for what a model proposed: it does not say so by name')),
  ];
  const told = (judgement: Judgement): Explanation => ({ judgement, said: notes });
  if (counting.length === 0)
    return told(
      forbid(ids(idle), `running ${tool} unasked does not hold for what a model proposed, and nothing else permits it`),
    );
  // Loading refuses such a permit; whatever brought it here, a write is not let through by it.
  const bare = counting.filter((policy) => writes && policy.terms === undefined);
  if (bare.length > 0) return told(forbid(ids(bare), `it would let ${tool} write without a gate`));
  const asking = counting.flatMap(({ id, terms }) => (terms === undefined || terms === 'none' ? [] : [{ id, terms }]));
  const team = target.tags['team'] ?? '';
  const requirement = requirementFrom(name, asking, team, directory);
  if (!requirement) return told({ say: 'run', policies: counting.map(({ id }) => id) });
  if ('unknownTeam' in requirement) {
    const why = team === '' ? 'has no tag team' : `is of team ${team}, and the directory has no such group`;
    return told(forbid(requirement.unknownTeam.join(', '), `${TEAM_OWNER} must approve, and ${target.name} ${why}`));
  }
  return told({ say: 'gate', requirement });
}

/** Judges one request and says by which policies. */
export function judge(loaded: Loaded, request: PolicyRequest): Explanation {
  const { policies, preparsed } = loaded;
  const nobody = (rule: string, message: string): Explanation => ({ judgement: forbid(rule, message), said: [] });
  const answer = cedar.statefulIsAuthorized({ ...cedarRequest(request), preparsedPolicySetId: preparsed });
  if (answer.type === 'failure')
    return nobody('policy', `it could not be judged: ${answer.errors.map(({ message }) => message).join('; ')}`);
  const { decision, diagnostics } = answer.response;
  const [failed] = diagnostics.errors;
  if (failed) {
    const broken = diagnostics.errors.flatMap(({ policyId, error }) => {
      const policy = policies.get(policyId);
      return policy ? [said(policy, error.message)] : [];
    });
    const rule = diagnostics.errors.map(({ policyId }) => policyId).join(', ');
    return { judgement: forbid(rule, `it could not be evaluated: ${failed.error.message}`), said: broken };
  }
  const matched = diagnostics.reason
    .flatMap((id) => policies.get(id) ?? [])
    .toSorted((a, b) => a.id.localeCompare(b.id));
  if (matched.length !== diagnostics.reason.length)
    return nobody('policy', 'it could not be judged: a policy that is not loaded had a say');
  if (decision === 'allow') return permitted(loaded, matched, request);
  if (matched.length === 0) return nobody('no policy', `no policy permits ${request.tool} here`);
  const message = matched.map((policy) => policy.annotations['message'] ?? `${policy.id} forbids it`).join('; ');
  return { judgement: forbid(ids(matched), message), said: matched.map((policy) => said(policy)) };
}
