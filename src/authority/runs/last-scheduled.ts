import { sql } from 'kysely';
import type { RunOutcome, RunState } from '../../domain/run.ts';
import type { AuthorityContext } from '../context.ts';

/** A run that a schedule started, and the moment that was due. */
export interface Scheduled {
  readonly run: string;
  readonly tick: string;
  readonly state: RunState;
  readonly outcome: RunOutcome | null;
}

const NAME = sql<string>`trigger->>'name'`;

/** The run that each of these schedules started last. */
export async function lastScheduled(
  { db }: Pick<AuthorityContext, 'db'>,
  names: readonly string[],
): Promise<Map<string, Scheduled>> {
  const rows = await db
    .selectFrom('runs')
    .distinctOn(NAME)
    .select(['id', 'state', 'outcome', 'trigger'])
    .where(sql<boolean>`trigger->>'kind' = 'schedule'`)
    .where(NAME, 'in', names)
    .orderBy(NAME)
    .orderBy('created_at', 'desc')
    .execute();
  return new Map(
    rows.flatMap(({ id: run, state, outcome, trigger }) =>
      trigger.kind === 'schedule' && trigger.tick !== undefined
        ? [[trigger.name, { run, tick: trigger.tick, state, outcome }]]
        : [],
    ),
  );
}
