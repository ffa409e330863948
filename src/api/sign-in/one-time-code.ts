import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Person } from '../../domain/person.ts';

/** Crockford's base32: no I, L, O or U, so a code survives being read off a terminal. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 8 characters are 40 bits; with the guess limit beside it that is far out of reach in ten minutes. */
const LENGTH = 8;
/** A code that scrolled away should not still open the door after lunch. Milliseconds. */
export const CODE_LIFETIME = 10 * 60_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** What a person may type for what was printed: any case, any separators, and the letters that look like digits. */
function normalise(typed: string): string {
  return typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
}

/**
 * The one code that opens the web door: at most one is valid at a time, it works once, and only for ten minutes.
 * Only its hash is kept.
 */
export class OneTimeCode {
  readonly #now: () => number;
  #current: { hash: Buffer; person: Omit<Person, 'door'>; expires: number } | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A fresh code for `person`, spelled `XXXX-XXXX`. The code before it stops working. */
  issue(person: Omit<Person, 'door'>): string {
    const code = Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
    this.#current = { hash: digest(code), person, expires: this.#now() + CODE_LIFETIME };
    return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
  }

  /** The person whose code this is, and the code is spent; undefined for a wrong, spent or expired one. */
  redeem(typed: string): Omit<Person, 'door'> | undefined {
    const current = this.#current;
    // Compared as hashes of equal length, so that neither content nor length shows in the time it takes.
    const same = timingSafeEqual(digest(normalise(typed)), current?.hash ?? Buffer.alloc(32));
    if (!current || !same) return undefined;
    this.#current = undefined;
    return this.#now() < current.expires ? current.person : undefined;
  }
}
