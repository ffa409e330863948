import { z } from 'zod';

/** Crockford's base32, lower case: no i, l, o or u, so that an id survives being read out over a phone. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

const idOf = (prefix: string, length: number) => z.string().regex(new RegExp(`^${prefix}-[${ALPHABET}]{${length}}$`));

/** A run: `r-` and 8 characters (40 bits), given by the authority before its workflow starts. */
export const RunId = idOf('r', 8);
export type RunId = z.infer<typeof RunId>;

/** A gate: `g-` and 6 characters (30 bits), unique by constraint; a guessed id decides nothing without the option's digest. */
export const GateId = idOf('g', 6);
export type GateId = z.infer<typeof GateId>;

/** Which action, as opposed to what it is (its digest): `<run>/<sequence>`. */
export const ActionId = z.string().regex(new RegExp(`^r-[${ALPHABET}]{8}/[1-9][0-9]{0,5}$`));
export type ActionId = z.infer<typeof ActionId>;

/** Spells random bytes as an id; one byte gives one character. The caller brings the randomness, so this stays pure. */
export function idFromBytes(prefix: 'r' | 'g' | 'h' | 'f' | 'x', bytes: Uint8Array): string {
  return `${prefix}-${Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')}`;
}

/** The action id of the `sequence`-th action of a run, counted from 1. */
export const actionIdOf = (run: RunId, sequence: number): ActionId => `${run}/${sequence}`;

/** The run that an action id belongs to. */
export const runOfAction = (action: ActionId): RunId => action.slice(0, action.indexOf('/'));
