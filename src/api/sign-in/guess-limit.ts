/** Wrong guesses stay on the record for as long as a code lives, so waiting does not buy more guesses at one code. ms */
const WINDOW = 10 * 60_000;
/** Enough for honest typing, from one address. */
const PER_ADDRESS = 5;
/** Bounds someone with many addresses, and the memory this takes. */
const IN_ALL = 100;

/** Counts wrong guesses in a sliding window of ten minutes: 5 from one address, 100 from all together. */
export class GuessLimit {
  readonly #now: () => number;
  #wrong: { address: string; at: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds until this address may guess again; 0 when it may now. */
  wait(address: string): number {
    const now = this.#now();
    this.#wrong = this.#wrong.filter(({ at }) => now - at < WINDOW);
    const own = this.#wrong.filter((guess) => guess.address === address);
    const blocking = own.length >= PER_ADDRESS ? own.at(-PER_ADDRESS) : this.#wrong.at(-IN_ALL);
    return blocking ? Math.ceil((blocking.at + WINDOW - now) / 1000) : 0;
  }

  /** Remembers a wrong guess from this address. */
  record(address: string): void {
    this.#wrong.push({ address, at: this.#now() });
  }
}
