import { z } from 'zod';

/** Where a worker asks the room for something; around each of them it may be killed or frozen. */
export const Point = z.enum(['look', 'observe', 'set', 'reconcile']);
export type Point = z.infer<typeof Point>;

/** What a tools worker sends to the room. */
export const Ask = z.object({
  point: Point,
  lamp: z.string(),
  /** Who asks: the process, so that it can be killed for it. */
  pid: z.number().int(),
  action: z.string(),
  phase: z.enum(['execute', 'undo']),
  /** For `set`: what is wanted. */
  on: z.boolean(),
  /** For `set`: only while the lamp is at this revision; null sets it whatever it is. */
  revision: z.number().nullable(),
});
export type Ask = z.infer<typeof Ask>;

export const LampState = z.object({ on: z.boolean(), by: z.string().nullable(), revision: z.number() });
export type LampState = z.infer<typeof LampState>;

/** Who did what, as the lamp itself keeps it: the mark on the target. */
export const markOf = ({ action, phase }: Pick<Ask, 'action' | 'phase'>): string => `${action} ${phase}`;

/**
 * The world: lamps that keep no promise of their own beyond compare-and-set where they are asked for it. Whoever sends
 * the same change twice changes them twice, and that is counted.
 */
export class Room {
  readonly lamps = new Map<string, LampState>();
  /** Every change that took place, in order. */
  readonly effects: string[] = [];
  /** Lamps that look off whatever they are: their verification fails, and they are undone. */
  readonly weak = new Set<string>();

  dark(name: string): void {
    this.lamps.set(name, { on: false, by: null, revision: 0 });
  }

  state(name: string): LampState {
    const state = this.lamps.get(name);
    if (!state) throw new Error(`there is no lamp ${name}`);
    return state;
  }

  /** Changes a lamp, or says that it is not at that revision any more. */
  set(ask: Ask): 'done' | 'conflict' {
    const { lamp, on, revision } = ask;
    const state = this.state(lamp);
    if (revision !== null && state.revision !== revision) return 'conflict';
    this.lamps.set(lamp, { on, by: markOf(ask), revision: state.revision + 1 });
    this.effects.push(markOf(ask));
    return 'done';
  }
}
