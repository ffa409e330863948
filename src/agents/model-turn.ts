import type { BaseMessage } from '@langchain/core/messages';
import { ModelTurnRequest, ModelTurnResult } from '../domain/conversation.ts';
import type { Manifest } from '../domain/manifest.ts';
import { askModel, type ModelSettings } from './chat-model.ts';
import { appendToConversation, type ConversationBlobs, loadConversation } from './conversation-chain.ts';
import { fromLangChain } from './from-langchain.ts';
import { judgeAnswer } from './judge-answer.ts';
import { modelFunctions } from './model-functions.ts';
import { nextMessages, shownEvidence } from './next-messages.ts';
import type { Redact } from './outgoing.ts';
import { promptHash, systemPrompt } from './prompt.ts';
import { toLangChain } from './to-langchain.ts';
import { toolBelt } from './tool-belt.ts';

/** Turns that were taken, kept where they outlive this process. */
export interface TurnRecords {
  find(turnId: string): Promise<ModelTurnResult | undefined>;
  record(turnId: string, result: ModelTurnResult): Promise<void>;
}

export interface ModelTurnDeps {
  readonly model: ModelSettings;
  readonly manifest: Manifest;
  /** Wrap with `withBlobCache` once per process: every turn reads the conversation from its start. */
  readonly blobs: ConversationBlobs;
  readonly turns: TurnRecords;
  readonly signal: AbortSignal;
  /** Takes secrets out of every text before it leaves for the model. */
  readonly redact?: Redact;
}

/**
 * Takes one turn: loads the conversation, asks the model once, judges its answer, stores both.
 * A turn found recorded is returned without asking; the answer is recorded before this returns.
 * An invalid answer is a result (`next.kind: 'invalid'`), already handed back in the conversation.
 * @throws Failure by what the caller must do: `retry.*` ask again later, `stop.*` fix what it names, `ask.*` a person.
 */
export async function takeModelTurn(request: ModelTurnRequest, deps: ModelTurnDeps): Promise<ModelTurnResult> {
  const recorded = await deps.turns.find(request.turnId);
  if (recorded) return recorded;

  const belt = toolBelt(request, deps.manifest);
  const chain = await loadConversation(request.conversation, deps.blobs);
  const asked = nextMessages(request, chain, systemPrompt(request.runbook, belt, deps.manifest));
  const conversation = [...chain, ...asked];
  const functions = modelFunctions(belt);
  const prompt = await toLangChain(conversation, {
    read: (id) => deps.blobs.get(id),
    redact: deps.redact ?? ((text) => text),
  });

  const message = await askModel(deps.model, prompt, functions, deps.signal);

  const answer = fromLangChain(message, charactersOf(prompt));
  const evidence = [...request.evidence.map(({ id }) => id), ...conversation.flatMap(shownEvidence)];
  const { next, messages } = judgeAnswer(answer, { belt, manifest: deps.manifest, evidence });
  const result = ModelTurnResult.parse({
    conversation: await appendToConversation(
      request.conversation,
      [...asked, ...messages],
      `Model turn ${request.turnId}: ${next.kind}`,
      deps.blobs,
    ),
    usage: answer.usage,
    model: deps.model.model,
    // A conversation keeps the system prompt that it began with, whatever version of Belay continues it.
    promptHash: promptHash(systemTextOf(conversation), functions),
    next,
  });
  await deps.turns.record(request.turnId, result);
  return result;
}

const systemTextOf = (messages: ReturnType<typeof nextMessages>): string => {
  const [first] = messages;
  return first?.role === 'system' ? first.text : '';
};

const charactersOf = (prompt: readonly BaseMessage[]): number =>
  prompt.reduce((sum, message) => sum + message.text.length, 0);
