import type { Target } from '../../domain/target.ts';
import { policyTags, type Tags } from './tags.ts';

/** One resource of one account, as its lock key names it. */
export interface Resource {
  readonly account: string;
  readonly region: string;
  readonly kind: 'volume' | 'snapshot' | 'instance' | 'bucket';
  readonly id: string;
}

/** `aws:<account>/<region>/volume/<volume id>`. */
export const keyOf = ({ account, region, kind, id }: Resource): string => `aws:${account}/${region}/${kind}/${id}`;

/** The resource that a key names; undefined for a key of another kind or account. */
export function resourceOf(key: string, kind: Resource['kind'], account: string): Resource | undefined {
  const [head, region, found, id, ...more] = key.split('/');
  if (head !== `aws:${account}` || found !== kind || region === undefined || !id || more.length > 0) return undefined;
  return { account, region, kind, id };
}

/** How people call it: `volume vol-0abc in eu-west-1`. */
export const nameOf = ({ kind, id, region }: Omit<Resource, 'account'>): string => `${kind} ${id} in ${region}`;

/** What an action on it locks, with the tags that policies judge by. What a tag says never hides account or region. */
export const targetOf = (resource: Resource, connection: string, tags: Tags): Target => ({
  system: 'aws',
  connection,
  key: keyOf(resource),
  name: nameOf(resource),
  tags: { ...policyTags(tags), account: resource.account, region: resource.region },
});
