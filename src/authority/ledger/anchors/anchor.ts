import type { Checkpoint } from '../../../domain/checkpoint.ts';

/**
 * A place outside the database that keeps checkpoints, so that a database that was turned back or rewritten does not
 * agree with it. The more of such places other people hold, the better.
 */
export interface Anchor {
  /** As it was configured, without secrets: `git:/srv/anchors`. */
  readonly name: string;
  /** Leaves a checkpoint there. Rejects to be tried again later; called twice with the same one it may keep it twice. */
  write(checkpoint: Checkpoint): Promise<void>;
  /** The one that was left last; undefined where none was. Absent for places that cannot be read back. */
  readonly latest?: () => Promise<Checkpoint | undefined>;
}
