import { z } from 'zod';
import { Phase, Preview, PreviewedAction } from '../domain/action.ts';
import { BlobRef } from '../domain/blob.ts';
import { ModelTurnResult } from '../domain/conversation.ts';
import { Digest } from '../domain/digest.ts';
import { GateState } from '../domain/gate.ts';
import { Finding } from '../domain/finding.ts';
import { ActionOutcome, GrantAnswer } from '../domain/grant.ts';
import { ActionId, GateId, RunId } from '../domain/ids.ts';
import { Json, JsonObject } from '../domain/json.ts';
import { ToolEntry } from '../domain/manifest.ts';
import { SignedRunPermit } from '../domain/permit.ts';
import { Plan, ProposedBy, ProposedOption } from '../domain/plan.ts';
import { Revision } from '../domain/revision.ts';
import { MOST_PER_CHUNK, ScanChanges, ScanFacts } from '../domain/scan.ts';
import { RunMode, RunOutcome } from '../domain/run.ts';
import { Check, Verdict } from '../domain/verdict.ts';
import { listProtocol } from './lists/list-protocol.ts';
import { call, GateAnswer, News, nothing, ofRun } from './protocol-call.ts';

/**
 * What workers may ask of the authority: `POST /authority/<call>`, with the token of their queue. One table for the
 * HTTP face, the client and the direct implementation of embedded mode. `by` is which kinds of queue may call.
 */
export const protocol = {
  /** A run's first call: what it is, as registered; what it may read; which tools it names. Binds nothing. `retry.not-yet` until bound. */
  begin: call(
    ['runbooks'],
    ofRun,
    z.object({
      permit: SignedRunPermit,
      runbook: z.string(),
      input: JsonObject,
      mode: RunMode,
      dryRun: z.boolean(),
      tools: z.array(ToolEntry),
      /** The model's name, or null: then the runbook's own rules propose. */
      model: z.string().nullable(),
      news: News,
    }),
  ),
  news: call(['runbooks'], ofRun, News),
  /** One evidence row per turn, with content hashes; a few turns may come together. */
  evidence: call(
    ['runbooks'],
    ofRun.extend({
      turns: z
        .array(
          z.object({
            turn: z.string(),
            reads: z.array(z.object({ tool: z.string(), args: JsonObject, content: BlobRef })),
          }),
        )
        .min(1),
    }),
    nothing,
  ),
  /** Straight from the tools worker: what it saw. Repeated with the same content it answers the same. */
  preview: call(
    ['tools'],
    ofRun.extend({ sequence: z.number().int().positive(), preview: Preview }),
    z.object({ id: ActionId, digest: Digest }),
  ),
  /** Asks for a decision on options whose actions were previewed. Policy decides whether people are asked at all. */
  openGate: call(
    ['runbooks'],
    ofRun.extend({
      /** The run's own number of the gate: a repeated call finds the gate it opened before. */
      ordinal: z.number().int().positive(),
      plan: Plan.omit({ options: true }),
      proposedBy: ProposedBy,
      evidence: z.array(BlobRef),
      /** The gate that people wanted something else instead of; this one gets the id that they were told. */
      replaces: GateId.nullable().default(null),
      options: z
        .array(ProposedOption.omit({ actions: true }).extend({ recommended: z.boolean(), actions: z.array(ActionId) }))
        .min(1),
    }),
    GateAnswer,
  ),
  /**
   * What became of a gate. Does what is due by the authority's clock meanwhile (reminds, asks the next group, expires);
   * `lookAgainMs` is when something will be due again. `revision`: people want something else; the answer is a new gate.
   */
  attendGate: call(
    ['runbooks'],
    ofRun.extend({ gate: GateId }),
    z.object({
      state: GateState,
      chosen: z.string().nullable(),
      reason: z.string().nullable(),
      special: z.enum(['break-glass', 'by-hand']).nullable(),
      revision: Revision.nullable(),
      lookAgainMs: z.number().int().positive(),
      news: News,
    }),
  ),
  voidGate: call(['runbooks'], ofRun.extend({ gate: GateId, reason: z.string() }), z.object({ state: GateState })),
  /** All keys or none. Not held: the run is put in line and woken when they are free. */
  lock: call(
    ['runbooks'],
    ofRun.extend({ actions: z.array(ActionId) }),
    z.object({ held: z.boolean(), by: RunId.nullable() }),
  ),
  /** Gives back the run's locks, except those of actions in doubt. */
  unlock: call(['runbooks'], ofRun, nothing),
  action: call(
    ['tools'],
    z.object({ action: ActionId, phase: Phase }),
    z.object({ action: PreviewedAction, postState: Json }),
  ),
  /** "May I, now?", right before the side effect. `observed` is the precondition as the worker just read it. */
  grant: call(
    ['tools'],
    z.object({
      action: ActionId,
      phase: Phase,
      toolSchemaHash: Digest,
      observed: JsonObject,
      /** The fence of whoever was told to reconcile, looked, and found nothing done: may it be done now? */
      looked: z.number().int().positive().optional(),
    }),
    GrantAnswer,
  ),
  /** Not recorded: a newer fence has taken over, or the end is known already. */
  outcome: call(
    ['tools'],
    z.object({
      action: ActionId,
      phase: Phase,
      fence: z.number().int(),
      outcome: ActionOutcome,
      reconciled: z.boolean(),
    }),
    z.object({ recorded: z.boolean(), outcome: ActionOutcome.nullable() }),
  ),
  /** What was begun goes on by itself: the lease is given back, and the next attempt looks at once. */
  release: call(['tools'], z.object({ action: ActionId, phase: Phase, fence: z.number().int() }), nothing),
  /** The run stops trying an action whose attempts all ended without an answer: an open intent is in doubt from now. */
  giveUp: call(
    ['runbooks'],
    ofRun.extend({ action: ActionId, phase: Phase, message: z.string().max(1000) }),
    z.object({ begun: z.boolean(), outcome: ActionOutcome.nullable() }),
  ),
  /** A turn of this run that was recorded before; only an open run has turns. */
  findTurn: call(
    ['agents'],
    ofRun.extend({ turnId: z.string().max(100) }),
    z.object({ result: ModelTurnResult.nullable() }),
  ),
  recordTurn: call(['agents'], ofRun.extend({ turnId: z.string().max(100), result: ModelTurnResult }), nothing),
  /** Says that the run takes back what it did and why; nothing is taken back that was not announced so. */
  undoing: call(
    ['runbooks'],
    ofRun.extend({
      why: z.enum(['verdict', 'stopped', 'cancelled']),
      actions: z.array(ActionId).max(100),
      /** The batch gate all of whose actions that are in effect are meant, in the place of naming them. */
      gate: GateId.optional(),
    }),
    nothing,
  ),
  verified: call(['runbooks'], ofRun.extend({ verdict: Verdict, checks: z.array(Check), final: z.boolean() }), nothing),
  /**
   * Says one thing to the people: a message in the run's thread and a ledger entry. `key` makes a repeat silent.
   * `escalate` also pages those responsible, with what is in effect by the authority's own record.
   */
  note: call(
    ['runbooks'],
    ofRun.extend({ key: z.string(), text: z.string().max(3000), escalate: z.boolean().default(false) }),
    nothing,
  ),
  /** Records a Temporal signal that is not Belay's; it changed nothing. */
  foreignSignal: call(['runbooks'], ofRun.extend({ name: z.string().max(200) }), nothing),
  finish: call(['runbooks'], ofRun.extend({ outcome: RunOutcome, summary: z.string().max(3000) }), nothing),
  /** The run ended in an error or was cancelled: its gates are void, its open intents in doubt. */
  abandon: call(
    ['runbooks'],
    ofRun.extend({ state: z.enum(['failed', 'cancelled']), message: z.string().max(2000) }),
    nothing,
  ),
  /**
   * A scan, whole or in chunks, straight from the tools worker. Only with `close`, and only when all of it has come, does it
   * say what is known from now on: first and last seen, reopened, gone. A repeated chunk, or close, changes nothing.
   */
  recordScan: call(
    ['tools'],
    ofRun.extend({
      scan: z.uuid(),
      /** Through which it came, which must be the caller's own. */
      system: z.string().min(1).max(50),
      connection: z.string().min(1).max(50),
      findings: z.array(Finding).max(MOST_PER_CHUNK),
      close: z
        .object({ facts: ScanFacts.omit({ source: true }), count: z.number().int().min(0), digest: Digest })
        .nullable(),
    }),
    z.object({ changes: ScanChanges.nullable() }),
  ),
  putBlob: call(
    ['agents', 'tools'],
    z.object({ content: z.string(), mediaType: z.string(), summary: z.string().max(300) }),
    BlobRef,
  ),
  getBlob: call(['agents', 'tools'], z.object({ id: BlobRef.shape.id }), z.object({ content: z.string() })),
  ...listProtocol,
} as const;

/** `GET /authority/welcome`: what a worker compares with its own before it takes work. */
export const Welcome = z.object({
  /** Whose token it was. */
  queue: z.string(),
  /** Of the authority's public key. */
  keyId: z.string(),
  /** Digest of the tools and runbooks that the server knows. */
  build: Digest,
  /** Id of the key that encrypts what Temporal is given; null where it is not encrypted. */
  payloadKey: z.string().nullable(),
});
export type Welcome = z.infer<typeof Welcome>;

export type Protocol = typeof protocol;
export type Call = keyof Protocol;
export type RequestOf<C extends Call> = z.input<Protocol[C]['request']>;
export type ResponseOf<C extends Call> = z.output<Protocol[C]['response']>;

/** The authority as a worker sees it: direct in one process, over HTTPS between processes. Errors are `Failure`. */
export type AuthorityClient = { readonly [C in Call]: (request: RequestOf<C>) => Promise<ResponseOf<C>> };
