import { canonicalJson } from '../../../domain/digest.ts';

/** Whether a value of a table and one of the record are the same JSON; undefined counts as null. */
export const same = (stored: unknown, recorded: unknown): boolean =>
  canonicalJson(stored ?? null) === canonicalJson(recorded ?? null);

/** The names of the pairs that differ. */
export const differing = (pairs: Readonly<Record<string, readonly [stored: unknown, recorded: unknown]>>): string[] =>
  Object.entries(pairs)
    .filter(([, [stored, recorded]]) => !same(stored, recorded))
    .map(([name]) => name);

/** A value of an entry as a problem names it. */
export const worded = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value ?? null));
