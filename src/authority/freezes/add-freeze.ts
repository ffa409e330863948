import { randomBytes } from 'node:crypto';
import ms from 'ms';
import { type Freeze, type Scope, scopeText } from '../../domain/halt.ts';
import { idFromBytes } from '../../domain/ids.ts';
import { SYSTEM_CHAIN } from '../../domain/ledger.ts';
import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { scopeProblem } from '../halts/scope-problem.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { freezeView } from './freeze-view.ts';

/** Longer than this it is no freeze, but a rule; those are policy. */
const LONGEST = ms('365d');

export interface FreezeRequest {
  readonly scope: Scope;
  readonly from: Date;
  readonly to: Date;
  readonly reason: string;
}

export type FreezeAnswer =
  | { answer: 'added'; freeze: Freeze }
  | { answer: 'invalid'; problems: { field: string; message: string }[] };

function problemsOf(context: AuthorityContext, { scope, from, to, reason }: FreezeRequest) {
  const problem = (when: boolean, field: string, message: string) => (when ? [{ field, message }] : []);
  return [
    ...scopeProblem(context.manifest, scope),
    ...problem(to <= from, 'to', 'ends before it begins'),
    ...problem(to <= context.now(), 'to', 'is over already'),
    ...problem(
      to.getTime() - from.getTime() > LONGEST,
      'to',
      'is more than a year after its beginning; make it policy',
    ),
    ...problem(reason === '', 'reason', 'say why; it stands on every card it touches'),
  ];
}

/** Adds a change freeze. It only ever tightens, so anyone who is signed in may; what it means is policy's to say. */
export async function addFreeze(context: AuthorityContext, request: FreezeRequest, by: Person): Promise<FreezeAnswer> {
  const asked = { ...request, reason: request.reason.trim() };
  const problems = problemsOf(context, asked);
  if (problems.length > 0) return { answer: 'invalid', problems };
  const { scope, from, to, reason } = asked;
  const now = context.now();
  const id = idFromBytes('f', randomBytes(6));
  const row = await context.db.transaction().execute(async (trx) => {
    const number = await nextNumber(trx, 'freeze.added', SYSTEM_CHAIN, id);
    const added = await trx
      .insertInto('freezes')
      .values({
        id,
        scope: JSON.stringify(scope),
        starts_at: from,
        ends_at: to,
        reason,
        by: JSON.stringify(by),
        lifted_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const times = { from: from.toISOString(), to: to.toISOString() };
    await append(trx, now, SYSTEM_CHAIN, 'freeze.added', { id, number, scope: { ...scope }, ...times, reason, by });
    const text = `Change freeze over ${scopeText(scope)} from ${times.from} to ${times.to}, by ${by.name}: ${reason} (${id})`;
    await enqueue(trx, now, 'announce', id, { key: 'added', text });
    return added;
  });
  context.poke();
  return { answer: 'added', freeze: freezeView(row) };
}
