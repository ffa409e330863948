import type { Judgement } from './policy-set.ts';

/** One policy that had a say, and where it stands. */
export interface Said {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly place: string;
  /** Of a permit: its `@gate`, or null where it has none. */
  readonly gate: string | null;
  /** Why it did not count although it matched, or what went wrong in it. */
  readonly note: string | null;
}

/** A judgement with the rules that made it. */
export interface Explanation {
  readonly judgement: Judgement;
  readonly said: readonly Said[];
}
