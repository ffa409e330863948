import type { DecisionAnswer } from '../../domain/decision.ts';
import type { Person } from '../../domain/person.ts';
import type { Database } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { closeGate } from '../gates/close-gate.ts';
import { decide } from '../gates/decide.ts';
import { refuse } from '../gates/may-decide.ts';
import { lockRun } from '../runs/lock-run.ts';
import { haltsInForce } from './halt-over.ts';
import type { HaltRow } from './halt-standing.ts';
import { haltText } from './halt-text.ts';
import { openResumeGate } from './open-resume-gate.ts';

/** How a resume was answered: the halt it is about, its gate, and what became of the decision on that. */
export interface ResumeAnswer {
  readonly halt: string | null;
  readonly gate: string | null;
  readonly decision: DecisionAnswer;
}

/** The halt that is meant by its id, its run or its gate; or by nothing where there is one. */
async function haltMeant(db: Database, named: string | undefined): Promise<HaltRow | string> {
  const inForce = await haltsInForce(db);
  if (inForce.length === 0) return 'Nothing is halted.';
  const list = inForce.map((one) => haltText(one)).join('; ');
  if (named === undefined)
    return inForce.length === 1 && inForce[0] ? inForce[0] : `Several halts are in force; say which: ${list}.`;
  const gate = await db.selectFrom('gates').select('subject').where('id', '=', named).executeTakeFirst();
  const found = inForce.find(({ id, run }) => id === named || run === named || id === gate?.subject);
  return found ?? `No halt ${named} is in force; there is ${list}.`;
}

/** The gate that still waits for people; a new one where the last was denied or is over. */
async function waitingGate(context: AuthorityContext, halt: HaltRow): Promise<string> {
  return await context.db.transaction().execute(async (trx) => {
    await lockRun(trx, halt.run);
    const open = await trx
      .selectFrom('gates')
      .select(['id', 'expires_at'])
      .where('kind', '=', 'resume')
      .where('subject', '=', halt.id)
      .where('state', '=', 'open')
      .executeTakeFirst();
    if (open && open.expires_at > context.now()) return open.id;
    if (open) await closeGate(trx, context.now(), open.id, 'expired', 'Nobody resumed it in time; it stays halted.');
    return await openResumeGate(trx, context, halt);
  });
}

/**
 * Decides the gate that lifts a halt, for this person: by the same rules as any gate, and answered the same. Where
 * policy asks for more than one, or for a passkey, this is one of them and the answer says what is missing.
 */
export async function resume(
  context: AuthorityContext,
  request: { halt?: string; reason?: string },
  person: Person,
): Promise<ResumeAnswer> {
  const meant = await haltMeant(context.db, request.halt);
  if (typeof meant === 'string') return { halt: null, gate: null, decision: refuse('unknown-gate', meant) };
  const gate = await waitingGate(context, meant);
  const { options } = await context.db
    .selectFrom('gates')
    .select('options')
    .where('id', '=', gate)
    .executeTakeFirstOrThrow();
  const digest = options[0]?.digest;
  if (digest === undefined) throw new Error(`gate ${gate} has no options`);
  const reason = request.reason?.trim() ?? '';
  const asked = { decision: 'approve' as const, digest, ...(reason === '' ? {} : { reason }) };
  return { halt: meant.id, gate, decision: await decide(context, gate, asked, person) };
}
