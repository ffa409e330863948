import { z } from 'zod';
import { RunId } from '../domain/ids.ts';
import type { QueueKind } from '../domain/queue.ts';

/** Every call on behalf of a run names the Temporal chain it comes from; the authority compares it with the one it bound. */
export const ofRun = z.object({ run: RunId, execution: z.string() });
/** What says only that it was done. */
export const nothing = z.object({});

/** What a run should know before it goes on: a signal only says "look", this says what is true. */
export const News = z.object({
  cancelled: z.boolean(),
  alertResolved: z.boolean(),
  /** Who halted what it does and why; null while nothing is halted. */
  halted: z.string().nullable(),
});

/** One entry of the protocol: which kinds of queue may make the call, what they send and what they get. */
export const call = <I extends z.ZodType, O extends z.ZodType>(by: QueueKind[], request: I, response: O) => ({
  by,
  request,
  response,
});

/** What asking people comes to: a gate, or why there is none. */
export const GateAnswer = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('opened'), gate: z.string(), lookAgainMs: z.number().int().positive() }),
  z.object({ answer: z.literal('observed'), message: z.string() }),
  z.object({ answer: z.literal('forbidden'), message: z.string() }),
  /** Only of a batch: nothing of the list can be offered any more. */
  z.object({ answer: z.literal('nothing-to-offer'), message: z.string() }),
]);
