import type { BlobRef } from '../../domain/blob.ts';

/** Numbers that name what a run does: action ids, gates, turns. */
export interface Counters {
  sequence: number;
  gates: number;
  turns: number;
  previews: number;
  halts: number;
  leftOut: number;
}

/** One finished step of the procedure: what it gave, and where the run's numbers stood after it. All of it is JSON. */
interface Step {
  readonly result: unknown;
  readonly counters: Counters;
  /** How often each name had been asked for after it; only of a step with steps within, which runs alone. */
  readonly names: Readonly<Record<string, number>> | null;
  readonly evidence: readonly BlobRef[];
}

/**
 * What a run takes along when it continues as a new execution with an empty history: its finished steps by name. The
 * procedure runs again from its beginning, and each step that is here gives what it gave before, without doing anything.
 */
export interface Carried {
  readonly v: 1;
  readonly steps: Readonly<Record<string, Step>>;
}

/** What the journal reads and restores of a run. */
interface Stateful {
  readonly evidence: Map<string, BlobRef>;
  counters: Counters;
}

/** The finished steps of one run. Names are given by what a step is and how often it was asked for, in the order of the code. */
export class Journal {
  private readonly steps: Map<string, Step>;
  private names = new Map<string, number>();

  constructor(carried?: Carried) {
    this.steps = new Map(Object.entries(carried?.steps ?? {}));
  }

  /** True when there are steps of an execution before this one. */
  get continued(): boolean {
    return this.steps.size > 0;
  }

  private keyOf(name: string): string {
    const nth = (this.names.get(name) ?? 0) + 1;
    this.names.set(name, nth);
    return `${name}#${nth}`;
  }

  private restore(state: Stateful, { result, counters, names, evidence }: Step): unknown {
    state.counters = { ...counters };
    // What was asked for within this step counts as asked for.
    for (const [name, nth] of Object.entries(names ?? {}))
      this.names.set(name, Math.max(nth, this.names.get(name) ?? 0));
    for (const ref of evidence) state.evidence.set(ref.id, ref);
    return result;
  }

  private keep(state: Stateful, key: string, result: unknown, before: ReadonlySet<string>, outer = false): void {
    const evidence = [...state.evidence.values()].filter(({ id }) => !before.has(id));
    const names = outer ? Object.fromEntries(this.names) : null;
    this.steps.set(key, { result, counters: { ...state.counters }, names, evidence });
  }

  /** Does `work`, or gives what it gave in an execution before this one. Its result must be JSON. It has no steps within. */
  once<T>(state: Stateful, name: string, work: () => Promise<T>): Promise<T> {
    return this.step(state, name, work, false);
  }

  /** The same for what has steps within; nothing else is asked for beside it. */
  onceAround<T>(state: Stateful, name: string, work: () => Promise<T>): Promise<T> {
    return this.step(state, name, work, true);
  }

  private async step<T>(state: Stateful, name: string, work: () => Promise<T>, outer: boolean): Promise<T> {
    const key = this.keyOf(name);
    const there = this.steps.get(key);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same code gave it under the same name before
    if (there) return this.restore(state, there) as T;
    const before = new Set(state.evidence.keys());
    const result = await work();
    this.keep(state, key, result, before, outer);
    return result;
  }

  /** The same for what is known at once. */
  onceNow<T>(state: Stateful, name: string, work: () => T): T {
    const key = this.keyOf(name);
    const there = this.steps.get(key);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same code gave it under the same name before
    if (there) return this.restore(state, there) as T;
    const result = work();
    this.keep(state, key, result, new Set(state.evidence.keys()));
    return result;
  }

  /** What the next execution begins with. */
  carried(): Carried {
    return { v: 1, steps: Object.fromEntries(this.steps) };
  }
}
