import type { Store } from '../cluster/store.ts';

/** Something that can go wrong with the shop. */
export interface Story {
  name: string;
  summary: string;
  break(store: Store): void;
  /** Whether the shop is in this story's state now, whoever brought it there. */
  isOn(store: Store): boolean;
}
