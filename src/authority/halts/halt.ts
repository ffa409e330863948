import { randomBytes } from 'node:crypto';
import { type Halt, haltPart, type Scope, scopeText } from '../../domain/halt.ts';
import { idFromBytes } from '../../domain/ids.ts';
import type { Person } from '../../domain/person.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { redact } from '../../platform/secrets/redact.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { gatesUnder } from './gates-under.ts';
import { haltsInForce, takeHaltLock } from './halt-over.ts';
import { haltViews } from './halt-view.ts';
import { HALT_RUNBOOK, haltRun } from './halt-run.ts';
import { haltText } from './halt-text.ts';
import { openResumeGate } from './open-resume-gate.ts';
import { scopeProblem } from './scope-problem.ts';
import { undoUnderHalts } from './undo-under-halts.ts';

export interface HaltRequest {
  readonly scope: Scope;
  /** Also take back what open runs under it did. */
  readonly undo: boolean;
  readonly reason: string;
}

/** `halted` with `again`: the same was halted by them already. `invalid`: each problem names its field. */
export type HaltAnswer =
  | { answer: 'halted'; halt: Halt; again: boolean }
  | { answer: 'invalid'; problems: { field: string; message: string }[] };

/** One whole halt in one transaction; the id of it, or of the same one that is in force already. */
async function begin(
  trx: Trx,
  context: AuthorityContext,
  { scope, undo, reason }: HaltRequest,
  by: Person,
): Promise<{ id: string; again: boolean }> {
  // First of all: whoever was granted before is in the journal now, and whoever asks from here on waits for the row.
  await takeHaltLock(trx);
  const same = (await haltsInForce(trx)).find(
    (one) => one.by.id === by.id && one.undo === undo && scopeText(one.scope) === scopeText(scope),
  );
  if (same) return { id: same.id, again: true };
  const now = context.now();
  const id = idFromBytes('h', randomBytes(6));
  const run = idFromBytes('r', randomBytes(8));
  await trx.insertInto('runs').values(haltRun({ id, run, scope, undo, reason, by, now })).execute();
  const number = await nextNumber(trx, 'halt.begun', run, id);
  const part = { id, scope, undo, reason, by, at: now.toISOString(), run, number };
  const { keyId } = context.key;
  const signature = context.key.sign(haltPart(part));
  await trx
    .insertInto('halts')
    .values({
      ...part,
      scope: JSON.stringify(scope),
      by: JSON.stringify(by),
      at: now,
      key_id: keyId,
      signature,
      lifted_at: null,
      lift: null,
    })
    .execute();
  // Its whole story stands on its own run's chain: who began it, its gate, every decision on that, and its end.
  const told = { halt: id, scope: scopeText(scope), covers: { ...scope }, undo, reason, by, number, keyId, signature };
  await append(trx, now, run, 'halt.begun', { runbook: HALT_RUNBOOK, ...told });
  await openResumeGate(trx, context, { id, run, scope, by, reason });
  for (const gate of await gatesUnder(trx, scope)) await enqueue(trx, now, 'gate.card', gate);
  const text = `Halted: ${haltText({ id, scope, by, reason })}. Nothing it covers begins until it is resumed.${undo ? ' What open runs under it did is being taken back.' : ''}`;
  await enqueue(trx, now, 'announce', id, { key: 'begun', text });
  return { id, again: false };
}

/**
 * Stops what a scope covers. When this has answered, no grant of it is under way and none commits until it is resumed.
 * Whoever is signed in may halt, also who is in no directory: stopping is always easy. With `undo`, open runs under it
 * that did something are cancelled afterwards, which takes it back. Halting the same again finds the first.
 */
export async function halt(context: AuthorityContext, request: HaltRequest, person: Person): Promise<HaltAnswer> {
  // Never refused for it: halting must always work.
  const { text: reason } = await redact(request.reason.trim());
  const problems = [
    ...(reason === '' ? [{ field: 'reason', message: 'say why; it stands on every screen until it is resumed' }] : []),
    ...scopeProblem(context.manifest, request.scope),
  ];
  if (problems.length > 0) return { answer: 'invalid', problems };
  const { id, again } = await context.db
    .transaction()
    .execute((trx) => begin(trx, context, { ...request, reason }, person));
  context.poke();
  if (request.undo) await undoUnderHalts(context);
  const row = await context.db.selectFrom('halts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const [view] = await haltViews(context.db, [row]);
  if (!view) throw new Error(`halt ${id} has no view`);
  return { answer: 'halted', halt: view, again };
}
