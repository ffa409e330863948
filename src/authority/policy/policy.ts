import type { PolicyJson } from './cedar.ts';
import type { PermitTerms } from './permit-terms.ts';

/** One rule of a policy file, as it was read. */
export interface Policy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly file: string;
  /** Of its first annotation, from 1. */
  readonly line: number;
  readonly text: string;
  readonly json: PolicyJson;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of a permit. `none`: runs unasked; undefined: it has no `@gate`. */
  readonly terms: PermitTerms | 'none' | undefined;
}

/** `team.cedar:12`. */
export const placeOf = ({ file, line }: Pick<Policy, 'file' | 'line'>): string => `${file}:${line}`;

/** A problem of one policy, with its place. */
export const problemOf = (policy: Pick<Policy, 'file' | 'line' | 'id'>, what: string): string =>
  `${placeOf(policy)}: ${policy.id === '' ? 'a policy' : policy.id}: ${what}`;
