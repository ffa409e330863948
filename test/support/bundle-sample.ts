import type { ActiveBundle } from '../../src/authority/bundle/active-bundle.ts';
import type { PolicySet } from '../../src/authority/policy/policy-set.ts';
import type { Cap } from '../../src/domain/cap.ts';
import { digestOf } from '../../src/domain/digest.ts';
import type { Directory } from '../../src/domain/directory.ts';
import type { Requirement } from '../../src/domain/requirement.ts';
import { requirementSample } from './samples.ts';

interface BundleSample {
  /** Groups and who is in them. A person's identity is `local:` and their name. */
  groups?: Record<string, readonly string[]>;
  /** In the directory and in no group. */
  others?: readonly string[];
  inactive?: readonly string[];
  leads?: Record<string, readonly string[]>;
  /** What every write needs; reads run. */
  requirement?: Partial<Requirement>;
  judge?: PolicySet['judge'];
  caps?: readonly Cap[];
}

/** A bundle for tests: a directory of these groups, and a policy that asks one requirement for every write. */
export function bundleSample({
  groups = { approvers: ['ann', 'bob'] },
  others = ['requester'],
  inactive = [],
  leads = {},
  requirement = {},
  judge,
  caps = [],
}: BundleSample = {}): ActiveBundle {
  const choice = requirementSample(requirement);
  const names = [...new Set([...Object.values(groups).flat(), ...others])];
  const directory: Directory = {
    v: 1,
    people: Object.fromEntries(
      names.map((name) => [name, { name, identities: [`local:${name}`], active: !inactive.includes(name) }]),
    ),
    groups: Object.fromEntries(
      Object.entries(groups).map(([group, members]) => [
        group,
        { members: [...members], narrowedBy: [], leads: [...(leads[group] ?? [])] },
      ]),
    ),
  };
  const policy: PolicySet = {
    name: 'test',
    choice,
    own: () => choice,
    judge:
      judge ??
      (({ context }) =>
        context.risk === 'read' ? { say: 'run', policies: ['reads'] } : { say: 'gate', requirement: choice }),
  };
  return { hash: digestOf({ directory, choice, caps, judged: judge?.toString() ?? '' }), policy, directory, caps };
}
