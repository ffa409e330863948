import { randomBytes } from 'node:crypto';
import { idFromBytes } from '../../domain/ids.ts';
import type { Requirement } from '../../domain/requirement.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RunRow } from '../runs/known-run.ts';
import type { GateRow } from './gate-row.ts';
import { lookAgainMs } from './gate-times.ts';
import { expiryOf, type NewGate, newGateRow } from './new-gate-row.ts';
import { openUnasked } from './open-unasked.ts';

/** A gate that may be asked: policy and caps were heard. */
export interface ToAsk extends Omit<NewGate, 'id' | 'run' | 'alsoAsked' | 'subject' | 'bundle'> {
  /** The id that people were told, where this one takes another's place. */
  readonly id?: string;
  /** Who counts as having asked for it beside the run's requester. */
  readonly alsoAsked?: readonly string[];
}

/** How a run is told of its gate. */
export const opened = (gate: GateRow, now: Date) => ({
  answer: 'opened' as const,
  gate: gate.id,
  lookAgainMs: lookAgainMs(gate, gate.requirement, now),
});

/** A gate that nobody can open says so at once, and not when it expires. */
async function sayIfNobodyCan(
  trx: Trx,
  context: AuthorityContext,
  run: RunRow,
  gate: string,
  { needs }: Requirement,
): Promise<void> {
  const { directory } = context.bundle();
  const empty = needs.filter(({ group }) => (directory.groups[group]?.members.length ?? 0) === 0);
  if (empty.length === 0) return;
  const text = `Nobody can approve ${gate}: ${empty.map(({ group }) => group).join(', ')} has no members in Belay's directory.`;
  await append(trx, context.now(), run.id, 'run.note', { text });
  await enqueue(trx, context.now(), 'say', run.id, { key: `nobody-${gate}`, text });
}

/** Writes a gate, numbers it, and has its card sent; one that needs nobody stands approved at once. */
export async function insertGate(trx: Trx, context: AuthorityContext, run: RunRow, asked: ToAsk): Promise<GateRow> {
  const now = context.now();
  const { options, requirement } = asked;
  const id = asked.id ?? idFromBytes('g', randomBytes(6));
  const bundle = context.bundle().hash;
  const row = await trx
    .insertInto('gates')
    .values(newGateRow({ ...asked, id, run: run.id, alsoAsked: asked.alsoAsked ?? [], subject: null, bundle }, now))
    .returningAll()
    .executeTakeFirstOrThrow();
  // A halted run stays so: what it waits for can be decided when the halt is over.
  await trx
    .updateTable('runs')
    .set({ state: 'waiting' })
    .where('id', '=', run.id)
    .where('state', '!=', 'halted')
    .execute();
  const number = await nextNumber(trx, 'gate.opened', run.id, id);
  await append(trx, now, run.id, 'gate.opened', {
    gate: id,
    number,
    options: options.map(({ id: option, title, digest }) => ({ id: option, title, digest })),
    requirement,
    bundle,
    expiresAt: expiryOf(requirement, now).toISOString(),
  });
  if (requirement.needs.length === 0) {
    await openUnasked(trx, context, row);
    return row;
  }
  await sayIfNobodyCan(trx, context, run, id, requirement);
  await enqueue(trx, now, 'gate.card', id);
  return row;
}
