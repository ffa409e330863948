import { Failure } from '../domain/failure.ts';
import { openBatchGate } from './batches/open-batch-gate.ts';
import { recordPreviews } from './batches/record-previews.ts';
import { recordSavings, reportBatch } from './batches/report-batch.ts';
import { nextWave } from './batches/wave.ts';
import { getBlob, putBlob } from './blobs/blob-store.ts';
import type { AuthorityContext } from './context.ts';
import { guarded } from './create-doors.ts';
import { attendGate } from './gates/attend.ts';
import { openGate } from './gates/open-gate.ts';
import { voidGate } from './gates/void-gate.ts';
import { recordScan } from './findings/record-scan.ts';
import { giveUp } from './grants/give-up.ts';
import { grant } from './grants/grant.ts';
import { releaseLocks, takeLocks } from './grants/lock.ts';
import { readAction } from './grants/read-action.ts';
import { releaseLease } from './grants/release.ts';
import { recordOutcome } from './grants/outcome.ts';
import { recordPreview } from './grants/preview.ts';
import { askOwners, attendList } from './lists/ask-owners.ts';
import { closeList } from './lists/close-list.ts';
import { putItems } from './lists/put-items.ts';
import { readItems } from './lists/read-items.ts';
import { reduceList } from './lists/reduce-list.ts';
import { parseRequest } from './parse-request.ts';
import type { AuthorityClient } from './protocol.ts';
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
import { findTurn, recordTurn } from './runs/turns.ts';

/** The protocol, answered by this process. The HTTP face serves the same object to other processes. */
export function directAuthority(context: AuthorityContext): AuthorityClient {
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
    release: (request) => releaseLease(context, request),
    giveUp: (request) => giveUp(context, request),
    findTurn: (request) => findTurn(context, request),
    recordTurn: (request) => recordTurn(context, request),
    foreignSignal: (request) => recordForeignSignal(context, request),
    undoing: (request) => recordUndoing(context, request),
    verified: (request) => recordVerdict(context, request),
    note: (request) => note(context, request),
    finish: (request) => finishRun(context, request),
    abandon: (request) => abandonRun(context, request),
    putItems: (request) => putItems(context, request),
    closeList: (request) => closeList(context, request),
    reduceList: (request) => reduceList(context, request),
    askOwners: (request) => askOwners(context, request),
    attendList: (request) => attendList(context, request),
    items: (request) => readItems(context, request),
    previews: (request) => recordPreviews(context, request),
    openBatchGate: (request) => openBatchGate(context, request),
    wave: (request) => nextWave(context, request),
    reportBatch: (request) => reportBatch(context, request),
    savings: (request) => recordSavings(context, request),
    recordScan: (request) => recordScan(context, request),
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
      const parsed = parseRequest(call, request);
      if ('issues' in parsed) {
        const fields = parsed.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`);
        throw new Failure('stop.invalid-input', `${call}: ${fields.join('; ')}`);
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one key of the table ties request and answer together, which the compiler cannot follow through the loop
      return await (direct[call] as (given: unknown) => Promise<unknown>)(parsed.data);
    },
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every call of the table, by its own name
  return Object.fromEntries(parsing) as AuthorityClient;
}
