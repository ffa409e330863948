import type { ActiveBundle } from '../../src/authority/bundle/active-bundle.ts';
import type { PolicySet } from '../../src/authority/policy/policy-set.ts';
import type { Requirement } from '../../src/domain/requirement.ts';
import { bundleSample } from './bundle-sample.ts';
import { requirementSample } from './samples.ts';

const HOUR = 3_600_000;
/** After this long with nobody deciding, the leads are asked too. */
export const ESCALATES_MS = 2 * HOUR;

const GROUPS = {
  sre: ['ann', 'bob', 'requester'],
  owners: ['ann', 'bob', 'cy'],
  security: ['dee'],
  leads: ['eve', 'fay'],
};

type Needs = Requirement['needs'];
const sre = (count: number) => ({ count, group: 'sre' });
const owners = { count: 1, group: 'owners' };
const security = { count: 1, group: 'security' };

/** What the rule of a bundle asks of an action that nothing freezes, and of one that something does. */
const needsOf = (needs: Needs, frozen: boolean): Needs => (frozen ? [...needs, security] : needs);

type Ways = Pick<Requirement, 'breakGlass' | 'escalate'>;

function bundle(needs: Needs, ways: Ways, more: Parameters<typeof bundleSample>[0] = {}): StoryBundle {
  const rule = (frozen: boolean) => requirementSample({ ...ways, needs: needsOf(needs, frozen) });
  const judge: PolicySet['judge'] = ({ context }) => ({ say: 'gate', requirement: rule(context.freezes.length > 0) });
  const active = bundleSample({ groups: GROUPS, leads: { sre: ['eve'] }, requirement: { needs }, judge, ...more });
  return { active, ...ways, needs: (frozen) => (more.judge ? undefined : needsOf(needs, frozen)) };
}

/** A bundle, and what its rule asks in the words of the test; undefined where it forbids. */
export interface StoryBundle extends Ways {
  readonly active: ActiveBundle;
  readonly needs: (frozen: boolean) => Needs | undefined;
}

const usual = [sre(1), owners];
/** Leads come in for an owner who does not answer, and for nobody else; one of sre may force it. */
const inTime: Ways = {
  breakGlass: ['sre'],
  escalate: [{ afterMs: ESCALATES_MS, group: 'leads', inPlaceOf: ['owners'] }],
};
const never: Ways = { breakGlass: [], escalate: [] };

/** The same people, of whom one has another account now. */
function moved(given: StoryBundle, name: string): StoryBundle {
  const { directory } = given.active;
  const person = { name, identities: [`local:other-${name}`], active: true };
  const active = { ...given.active, directory: { ...directory, people: { ...directory.people, [name]: person } } };
  return { ...given, active };
}

/** What can be in force: the usual first. */
export const BUNDLES = {
  usual: bundle(usual, inTime),
  tight: bundle([sre(2), owners], inTime),
  loose: bundle([sre(1)], { ...inTime, escalate: [{ afterMs: ESCALATES_MS, group: 'leads' }] }),
  // Nobody comes in for anybody, and nobody forces anything.
  strict: bundle(usual, never),
  // The leads are asked much later.
  patient: bundle(usual, { ...inTime, escalate: inTime.escalate.map((one) => ({ ...one, afterMs: 24 * HOUR })) }),
  withoutAnn: bundle(usual, inTime, { inactive: ['ann'] }),
  withoutBob: bundle(usual, inTime, { groups: { ...GROUPS, sre: ['ann', 'requester'], owners: ['ann', 'cy'] } }),
  onlyOwnerBob: bundle(usual, inTime, { groups: { ...GROUPS, sre: ['ann', 'requester'] } }),
  withoutEve: bundle(usual, inTime, { groups: { ...GROUPS, leads: ['fay'] } }),
  annMoved: moved(bundle(usual, inTime), 'ann'),
  never: bundle(usual, inTime, { judge: () => ({ say: 'forbid', rule: 'never', message: 'not today' }) }),
} as const;
export type BundleName = keyof typeof BUNDLES;
