import { sql } from 'kysely';
import { type Cap, capsTool } from '../../domain/cap.ts';
import type { Person } from '../../domain/person.ts';
import type { Trx } from '../../platform/database/connect.ts';

const HOUR_MS = 3_600_000;

/** Who halts a tool that did too much: no person, and in no directory. */
export const FUSE: Person = { id: 'belay:fuse', name: 'the fuse', door: 'schedule' };

/** The fewest that any cap allows of one tool within an hour; undefined where none says. */
function perHourOf(caps: readonly Cap[], tool: string): number | undefined {
  const limits = caps.flatMap((cap) => (capsTool(cap, tool) && cap.perHour !== undefined ? [cap.perHour] : []));
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** Counting and beginning are one step per tool: of two grants at the same moment the second sees the first. */
const lineUp = (trx: Trx, tool: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`belay/fuse/${tool}`}, 0))`.execute(trx);

/** An hour ago, or when people resumed the tool after its fuse blew: they knew, and the count begins anew. */
async function countedFrom(trx: Trx, now: Date, tool: string): Promise<Date> {
  const hourAgo = new Date(now.getTime() - HOUR_MS);
  const lifted = await trx
    .selectFrom('halts')
    .select(['scope', 'by', 'lifted_at'])
    .where('lifted_at', '>', hourAgo)
    .orderBy('lifted_at', 'desc')
    .execute();
  const own = lifted.find(({ by, scope }) => by.id === FUSE.id && scope.kind === 'tool' && scope.value === tool);
  return own?.lifted_at ?? hourAgo;
}

/**
 * Why one more use of a tool would be too many within the last hour, in words. What was begun counts, however it ended;
 * taking back does not.
 */
export async function fuseProblem(
  trx: Trx,
  now: Date,
  caps: readonly Cap[],
  { id, tool }: { id: string; tool: string },
): Promise<string | undefined> {
  const perHour = perHourOf(caps, tool);
  if (perHour === undefined) return undefined;
  await lineUp(trx, tool);
  const since = await countedFrom(trx, now, tool);
  const { begun } = await trx
    .selectFrom('intents')
    .innerJoin('actions', 'actions.id', 'intents.action')
    .select((eb) => eb.fn.countAll<number>().as('begun'))
    .where('actions.tool', '=', tool)
    .where('intents.phase', '=', 'execute')
    .where('actions.id', '!=', id)
    .where('intents.started_at', '>', since)
    .executeTakeFirstOrThrow();
  return begun < perHour
    ? undefined
    : `${tool} was used ${begun} times within the last hour, and ${perHour} is the most it may: its fuse blew`;
}
