import type { World } from '../aws/world.ts';
import type { Store } from '../cluster/store.ts';

/** What there is to break. */
export interface Systems {
  readonly store: Store;
  readonly aws: World;
}

/** Something that can go wrong with the shop. */
export interface Story {
  name: string;
  summary: string;
  break(systems: Systems): void;
  /** Whether the shop is in this story's state now, whoever brought it there. */
  isOn(systems: Systems): boolean;
}
