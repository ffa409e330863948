import type { Checkpoint } from '../../domain/checkpoint.ts';
import { reasonOf } from '../../platform/problem.ts';
import type { AuthorityContext } from '../context.ts';
import type { Anchor } from './anchors/anchor.ts';

/** How one anchor does, for doctor, metrics and exports. */
export interface AnchorStatus {
  readonly name: string;
  /** The last checkpoint it took, and when it was sealed. */
  readonly checkpoint: number | null;
  readonly sealedAt: string | null;
  /** Why the last attempt failed; null when it did not. */
  readonly problem: string | null;
}

const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/** Keeps one anchor supplied with the newest checkpoint. What it missed while it was away is below that one's `prev`. */
export function supply(context: AuthorityContext, anchor: Anchor) {
  const { db } = context;
  let failures = 0;
  let problem: string | null = null;
  let notBefore = 0;

  const lastTaken = () =>
    db
      .selectFrom('anchorings as a')
      .innerJoin('checkpoints as c', 'c.number', 'a.checkpoint')
      .select(['c.number', 'c.sealed_at'])
      .where('a.anchor', '=', anchor.name)
      .orderBy('c.number', 'desc')
      .executeTakeFirst();

  return {
    name: anchor.name,
    /** Leaves the checkpoint there unless it has it. Never rejects: a failure is shown and tried again, ever less often. */
    async give(checkpoint: Checkpoint, at: number): Promise<void> {
      if (at < notBefore) return;
      try {
        if ((await lastTaken())?.number === checkpoint.number) return;
        await anchor.write(checkpoint);
        await db
          .insertInto('anchorings')
          .values({ checkpoint: checkpoint.number, anchor: anchor.name, at: context.now() })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        failures = 0;
        problem = null;
      } catch (error) {
        problem = reasonOf(error).split('\n')[0]?.slice(0, 300) ?? 'failed';
        notBefore = at + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
        failures += 1;
      }
    },
    async status(): Promise<AnchorStatus> {
      const taken = await lastTaken();
      return {
        name: anchor.name,
        checkpoint: taken?.number ?? null,
        sealedAt: taken?.sealed_at.toISOString() ?? null,
        problem,
      };
    },
  };
}
