import type { ActiveBundle } from '../../src/authority/bundle/active-bundle.ts';
import type { PolicySet } from '../../src/authority/policy/policy-set.ts';
import type { Requirement } from '../../src/domain/requirement.ts';
import { bundleSample } from './bundle-sample.ts';
import { requirementSample } from './samples.ts';

const GROUPS = { sre: ['ann', 'bob', 'requester'], owners: ['ann', 'bob', 'cy'], security: ['dee'] };

type Needs = Requirement['needs'];
const sre = (count: number) => ({ count, group: 'sre' });
const owners = { count: 1, group: 'owners' };
const security = { count: 1, group: 'security' };

/** What the rule of a bundle asks of an action that nothing freezes, and of one that something does. */
const needsOf = (needs: Needs, frozen: boolean): Needs => (frozen ? [...needs, security] : needs);

function bundle(needs: Needs, more: Parameters<typeof bundleSample>[0] = {}): StoryBundle {
  const rule = (frozen: boolean) => requirementSample({ needs: needsOf(needs, frozen) });
  const judge: PolicySet['judge'] = ({ context }) => ({ say: 'gate', requirement: rule(context.freezes.length > 0) });
  const active = bundleSample({ groups: GROUPS, requirement: { needs }, judge, ...more });
  return { active, needs: (frozen) => (more.judge ? undefined : needsOf(needs, frozen)) };
}

/** A bundle, and what its rule asks in the words of the test; undefined where it forbids. */
export interface StoryBundle {
  readonly active: ActiveBundle;
  readonly needs: (frozen: boolean) => Needs | undefined;
}

const usual = [sre(1), owners];

/** What can be in force: the usual first. */
export const BUNDLES = {
  usual: bundle(usual),
  tight: bundle([sre(2), owners]),
  loose: bundle([sre(1)]),
  withoutAnn: bundle(usual, { inactive: ['ann'] }),
  withoutBob: bundle(usual, { groups: { ...GROUPS, sre: ['ann', 'requester'], owners: ['ann', 'cy'] } }),
  onlyOwnerBob: bundle(usual, { groups: { ...GROUPS, sre: ['ann', 'requester'] } }),
  never: bundle(usual, { judge: () => ({ say: 'forbid', rule: 'never', message: 'not today' }) }),
} as const;
export type BundleName = keyof typeof BUNDLES;
