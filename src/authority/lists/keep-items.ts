import { randomUUID } from 'node:crypto';
import { type KeepRecord, type KeepRequest, LONGEST_KEEP_DAYS, signedKeep } from '../../domain/keep.ts';
import type { Person } from '../../domain/person.ts';
import type { Standing } from '../../domain/standing.ts';
import { redact } from '../../platform/secrets/redact.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { standingOf } from '../people/standing.ts';
import type { RunRow } from '../runs/known-run.ts';
import { lockRun } from '../runs/lock-run.ts';
import { allKept } from './all-kept.ts';
import { itemsOf } from './close-list.ts';
import { ownersOf } from './owners-of.ts';

/** How somebody who keeps something is answered. `late`: it was decided already without them; nothing was kept. */
export type KeepAnswer =
  | { answer: 'kept'; count: number; until: string }
  | { answer: 'refused'; why: 'unknown' | 'not-yours' | 'late' | 'invalid'; message: string };

const DAY_MS = 24 * 3600_000;
const refuse = (why: Extract<KeepAnswer, { answer: 'refused' }>['why'], message: string): KeepAnswer => ({
  answer: 'refused',
  why,
  message,
});

/** The words that keep these items, written and signed; each with an entry in the run's chain. */
async function write(
  trx: Trx,
  context: AuthorityContext,
  run: RunRow,
  given: { list: string; keys: readonly string[]; person: Person; standing: Standing; reason: string; until: Date },
): Promise<void> {
  const { list, keys, person, standing, reason, until } = given;
  const at = context.now();
  for (const key of keys) {
    const unsigned = {
      v: 1 as const,
      id: `k-${randomUUID()}`,
      run: run.id,
      list,
      runbook: run.runbook,
      key,
      person,
      standing,
      reason,
      until: until.toISOString(),
      at: at.toISOString(),
      keyId: context.key.keyId,
    };
    const record: KeepRecord = { ...unsigned, signature: context.key.sign(signedKeep(unsigned)) };
    await trx
      .insertInto('keeps')
      .values({
        id: record.id,
        run: run.id,
        list,
        key,
        runbook: run.runbook,
        person: standing.person,
        record: JSON.stringify(record),
        until,
        at,
      })
      .execute();
  }
  // One entry for one word: who kept what, why and until when.
  await append(trx, at, run.id, 'item.kept', {
    list,
    keys: [...keys],
    by: standing.person,
    person,
    reason,
    until: until.toISOString(),
  });
}

const listNamed = (trx: Trx, run: string, list: string) =>
  trx
    .selectFrom('lists')
    .select('went_on_at')
    .where('run', '=', run)
    .where('name', '=', list)
    .where('closed_at', 'is not', null)
    .executeTakeFirst();

/**
 * Somebody keeps items of a list: they are left out when the grace ends, here and in later runs of the same runbook, until
 * the day they name. Stopping is easy: whoever the directory knows may keep what nobody is named for, and what is theirs.
 * The run is woken once, when nobody is left to answer, so that its history does not grow with the answers.
 */
export async function keepItems(
  context: AuthorityContext,
  run: string,
  list: string,
  request: KeepRequest,
  person: Person,
): Promise<KeepAnswer> {
  const known = await standingOf(context, person);
  if ('refused' in known) return refuse('not-yours', known.refused);
  const { standing } = known;
  const reason = (await redact(request.reason)).text;
  // The whole of the day they name.
  const until = new Date(Date.parse(`${request.until}T00:00:00.000Z`) + DAY_MS);
  const answer = await context.db.transaction().execute(async (trx): Promise<KeepAnswer> => {
    const now = context.now();
    const row = await lockRun(trx, run);
    const asked = row && (await listNamed(trx, run, list));
    if (!asked) return refuse('unknown', `There is no list ${list} in run ${run}.`);
    if (until <= now) return refuse('invalid', `until: ${request.until} is over already.`);
    if (until.getTime() - now.getTime() > (LONGEST_KEEP_DAYS + 1) * DAY_MS)
      return refuse(
        'invalid',
        `until: at most ${LONGEST_KEEP_DAYS} days from now; whoever needs longer says so again.`,
      );
    const wanted = [...new Set(request.keys)];
    const found = await itemsOf(trx, run, list, wanted);
    const strange = wanted.find((key) => !found.some((item) => item.key === key));
    if (strange !== undefined) return refuse('unknown', `keys: ${strange} is not in list ${list} of run ${run}.`);
    const { directory } = context.bundle();
    const others = found.find((item) => {
      const owners = ownersOf(directory, item);
      return owners.length > 0 && !owners.includes(standing.person) && standing.memberships.length === 0;
    });
    if (others)
      return refuse('not-yours', `${others.title} is ${others.owner ?? 'somebody else'}'s, and you are in no group.`);
    if (asked.went_on_at !== null || row.finished_at !== null)
      return refuse('late', `The time to keep it is over: the run went on. Look at its approval, or deny it there.`);
    await write(trx, context, row, { list, keys: wanted, person, standing, reason, until });
    if (await allKept(trx, context, row.runbook, { run, list })) await enqueue(trx, now, 'run.wake', run);
    return { answer: 'kept', count: found.length, until: until.toISOString() };
  });
  context.poke();
  return answer;
}
