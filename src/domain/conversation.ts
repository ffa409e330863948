import { z } from 'zod';
import { BlobRef } from './blob.ts';
import { JsonObject } from './json.ts';
import { Plan } from './plan.ts';

/** A tool call a model asked for. */
export const ToolCall = z.object({ id: z.string().min(1).max(100), tool: z.string().max(100), args: JsonObject });
export type ToolCall = z.infer<typeof ToolCall>;

/** The answer to a tool call: content by reference, or what went wrong in one line the model can act on. */
export const ToolAnswer = z.object({
  callId: z.string(),
  tool: z.string(),
  content: BlobRef.nullable(),
  error: z.string().max(1000).nullable(),
});
export type ToolAnswer = z.infer<typeof ToolAnswer>;

/** Our own wire messages; LangChain's classes never leave src/agents. */
export const Message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), text: z.string() }),
  /** As it is sent: the fenced task, or a word of ours about an answer without calls. */
  z.object({ role: z.literal('user'), text: z.string() }),
  /** Something the run read before or beside the model's own calls. */
  z.object({ role: z.literal('evidence'), content: BlobRef }),
  z.object({ role: z.literal('assistant'), text: z.string(), calls: z.array(ToolCall) }),
  z.object({
    role: z.literal('tool'),
    callId: z.string(),
    tool: z.string(),
    content: BlobRef.nullable(),
    error: z.string().nullable(),
  }),
  /** Our answer to a call that was not carried out. Unlike a tool's answer it is ours, so it is not fenced as untrusted. */
  z.object({ role: z.literal('refusal'), callId: z.string(), tool: z.string(), problem: z.string() }),
]);
export type Message = z.infer<typeof Message>;

/** One turn's new messages and the turn before: a conversation is the chain, so history and store both grow flat. */
export const ConversationLink = z.object({ v: z.literal(1), previous: BlobRef.nullable(), messages: z.array(Message) });
export type ConversationLink = z.infer<typeof ConversationLink>;

export const Usage = z.object({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

/** Limits of one investigation. */
export const TurnLimits = z.object({
  turns: z.number().int().positive().max(200),
  tokens: z.number().int().positive(),
  /** How often an invalid answer is handed back before the run gives up on the model. */
  repairs: z.number().int().nonnegative().max(5),
});
export type TurnLimits = z.infer<typeof TurnLimits>;

export const ModelTurnRequest = z.object({
  run: z.string(),
  /** The Temporal chain of the run: whoever records its turn must know it. */
  execution: z.string(),
  /** `<run>/t<n>`: a turn recorded under its id is never paid again. */
  turnId: z.string(),
  runbook: z.string(),
  /** What is asked, on the first turn. */
  task: z.string().nullable(),
  /** What a person who decides says of the last plan, by their name in the directory. */
  feedback: z.object({ by: z.string(), text: z.string() }).nullable().default(null),
  /** The chain so far; null on the first turn. */
  conversation: BlobRef.nullable(),
  answers: z.array(ToolAnswer),
  /** Evidence that this run has read, which a plan may refer to. */
  evidence: z.array(BlobRef),
  readTools: z.array(z.string()),
  writeTools: z.array(z.string()),
});
export type ModelTurnRequest = z.infer<typeof ModelTurnRequest>;

/** What one model turn gave: calls to make, a plan, or an answer that was invalid and has been handed back. */
export const ModelTurnResult = z.object({
  conversation: BlobRef,
  usage: Usage,
  model: z.string(),
  promptHash: z.string(),
  next: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('calls'), calls: z.array(ToolCall) }),
    z.object({ kind: z.literal('plan'), plan: Plan }),
    z.object({ kind: z.literal('invalid'), problem: z.string().max(1000) }),
  ]),
});
export type ModelTurnResult = z.infer<typeof ModelTurnResult>;
