import { Failure } from '../domain/failure.ts';
import { getBlob, putBlob } from './blobs/blob-store.ts';
import type { AuthorityContext } from './context.ts';
import { guarded } from './create-doors.ts';
import { attendGate } from './gates/attend.ts';
import { openGate } from './gates/open-gate.ts';
import { voidGate } from './gates/void-gate.ts';
import { giveUp } from './grants/give-up.ts';
import { grant } from './grants/grant.ts';
import { releaseLocks, takeLocks } from './grants/lock.ts';
import { readAction } from './grants/read-action.ts';
import { recordOutcome } from './grants/outcome.ts';
import { recordPreview } from './grants/preview.ts';
import { append } from './ledger/append.ts';
import { type AuthorityClient, protocol } from './protocol.ts';
import { calls } from './calls.ts';
import {
  abandonRun,
  beginRun,
  finishRun,
  news,
  note,
  recordEvidence,
  recordForeignSignal,
  recordUndoing,
  recordVerdict,
} from './runs/run-calls.ts';

/** The protocol, answered by this process. The HTTP face serves the same object to other processes. */
export function directAuthority(context: AuthorityContext): AuthorityClient {
  const { db } = context;
  const direct = guarded<AuthorityClient>({
    begin: (request) => beginRun(context, request),
    news: (request) => news(context, request),
    evidence: (request) => recordEvidence(context, request),
    preview: (request) => recordPreview(context, request),
    openGate: (request) => openGate(context, request),
    attendGate: (request) => attendGate(context, request),
    voidGate: (request) => voidGate(context, request),
    lock: (request) => takeLocks(context, request),
    unlock: (request) => releaseLocks(context, request),
    action: (request) => readAction(context, request),
    grant: (request) => grant(context, request),
    outcome: (request) => recordOutcome(context, request),
    giveUp: (request) => giveUp(context, request),
    findTurn: async ({ turnId }) => {
      const row = await db.selectFrom('turns').select('result').where('id', '=', turnId).executeTakeFirst();
      return { result: row?.result ?? null };
    },
    recordTurn: async ({ run, turnId, result }) => {
      await db.transaction().execute(async (trx) => {
        const row = { id: turnId, run, result: JSON.stringify(result), recorded_at: context.now() };
        const inserted = await trx
          .insertInto('turns')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returning('id')
          .executeTakeFirst();
        const { model, promptHash, usage, conversation } = result;
        if (inserted)
          await append(trx, context.now(), run, 'model.turn', {
            turn: turnId,
            model,
            promptHash,
            usage,
            conversation: conversation.id,
            next: result.next.kind,
          });
      });
      return {};
    },
    foreignSignal: (request) => recordForeignSignal(context, request),
    undoing: (request) => recordUndoing(context, request),
    verified: (request) => recordVerdict(context, request),
    note: (request) => note(context, request),
    finish: (request) => finishRun(context, request),
    abandon: (request) => abandonRun(context, request),
    putBlob: (request) => putBlob(context, request),
    getBlob: async ({ id }) => {
      const blob = await getBlob(context, id);
      if (!blob) throw new Failure('stop.not-found', `there is no blob ${id}`);
      return { content: blob.content };
    },
  });
  return asProtocol(direct);
}

/** The same form is asked of a worker in this process as of one beyond HTTP: limits hold, and nothing extra passes. */
function asProtocol(direct: AuthorityClient): AuthorityClient {
  const parsing = calls.map((call) => [
    call,
    async (request: unknown) => {
      const parsed = protocol[call].request.safeParse(request);
      if (!parsed.success) {
        const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`);
        throw new Failure('stop.invalid-input', `${call}: ${fields.join('; ')}`);
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one key of the table ties request and answer together, which the compiler cannot follow through the loop
      return await (direct[call] as (given: unknown) => Promise<unknown>)(parsed.data);
    },
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every call of the table, by its own name
  return Object.fromEntries(parsing) as AuthorityClient;
}
