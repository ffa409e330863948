import { AIMessage, type BaseMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import type { BlobRef } from '../domain/blob.ts';
import type { Message } from '../domain/conversation.ts';
import { cleanText } from './clean-text.ts';
import { fence, MAX_CONTENT_CHARACTERS } from './fence.ts';
import { keepingIds, type Redact, redactArgs } from './outgoing.ts';
import { toWireName } from './tool-name.ts';

/**
 * Characters of evidence in one prompt, about 60,000 tokens: fits the smallest context window still in wide use
 * (128,000) with room for the rest. The newest is shown; of what does not fit, the summary.
 */
const MAX_EVIDENCE_CHARACTERS = 240_000;

/** What a prompt needs beside the messages. */
export interface PromptSources {
  readonly read: (id: string) => Promise<string>;
  /** Takes secrets out of a text, again, before it leaves for the model. */
  readonly redact: Redact;
}

/** The conversation as LangChain sends it: content loaded by reference, fenced, capped and redacted. */
export async function toLangChain(messages: readonly Message[], sources: PromptSources): Promise<BaseMessage[]> {
  const shown = newestThatFit(messages);
  const redact = keepingIds(sources.redact);
  // Cleaned first: characters that nobody sees would hide a secret from the redaction and then vanish.
  const clean = async (text: string): Promise<string> => sources.redact(cleanText(text));
  const content = async (ref: BlobRef): Promise<string> => {
    const body = shown.has(ref)
      ? await sources.read(ref.id)
      : `(content left out, the conversation has grown long; read it again if you need it)\n${ref.summary}`;
    return `evidence ${ref.id}\n${fence('untrusted', await clean(body))}`;
  };
  const translate = async (message: Message): Promise<BaseMessage> => {
    switch (message.role) {
      case 'system':
        return new SystemMessage(message.text);
      case 'user':
        return new HumanMessage(await redact(message.text));
      case 'evidence':
        return new HumanMessage(await content(message.content));
      case 'assistant':
        return new AIMessage({
          content: await redact(message.text),
          tool_calls: await Promise.all(
            message.calls.map(async ({ id, tool, args }) => ({
              id,
              name: toWireName(tool),
              args: await redactArgs(args, redact),
              type: 'tool_call' as const,
            })),
          ),
        });
      case 'tool':
        return new ToolMessage({
          tool_call_id: message.callId,
          content: message.content
            ? await content(message.content)
            : `It failed, and gave no evidence:\n${fence('untrusted', await clean(message.error ?? 'no answer'))}`,
        });
      case 'refusal':
        return new ToolMessage({ tool_call_id: message.callId, content: await redact(message.problem) });
    }
  };
  return Promise.all(messages.map(translate));
}

function newestThatFit(messages: readonly Message[]): ReadonlySet<BlobRef> {
  const shown = new Set<BlobRef>();
  let room = MAX_EVIDENCE_CHARACTERS;
  for (const message of messages.toReversed()) {
    if ((message.role !== 'tool' && message.role !== 'evidence') || !message.content) continue;
    // Bytes are never fewer than characters, so this needs no look at the content.
    room -= Math.min(message.content.bytes, MAX_CONTENT_CHARACTERS);
    if (room < 0) break;
    shown.add(message.content);
  }
  return shown;
}
