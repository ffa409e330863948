import type { BlobRef } from '../domain/blob.ts';
import { ConversationLink, type Message } from '../domain/conversation.ts';
import { Failure } from '../domain/failure.ts';

/** Where conversations and what tools read are kept: the authority's blob store, seen by the agents worker. */
export interface ConversationBlobs {
  get(id: string): Promise<string>;
  put(content: string, mediaType: string, summary: string): Promise<BlobRef>;
}

/** Media type of a conversation link, so that tools which show a run can tell it from evidence. */
const LINK_MEDIA_TYPE = 'application/vnd.belay.conversation+json';

/** More turns than any limit allows: a chain that is longer was not written by us. */
const MAX_LINKS = 1000;

/**
 * All messages of the conversation that ends with `last`, oldest first.
 * @throws Failure `stop.invalid-input` when a link is not one.
 */
export async function loadConversation(last: BlobRef | null, blobs: ConversationBlobs): Promise<Message[]> {
  const links: Message[][] = [];
  for (let at = last; at !== null;) {
    if (links.length === MAX_LINKS)
      throw new Failure('stop.invalid-input', `the conversation is longer than ${MAX_LINKS} turns`);
    const link = parseLink(at.id, await blobs.get(at.id));
    links.push(link.messages);
    at = link.previous;
  }
  return links.toReversed().flat();
}

/** Stores one turn's new messages after the turns before them. */
export function appendToConversation(
  previous: BlobRef | null,
  messages: Message[],
  summary: string,
  blobs: ConversationBlobs,
): Promise<BlobRef> {
  const link: ConversationLink = { v: 1, previous, messages };
  return blobs.put(JSON.stringify(link), LINK_MEDIA_TYPE, summary);
}

function parseLink(id: string, content: string): ConversationLink {
  try {
    return ConversationLink.parse(JSON.parse(content));
  } catch (error) {
    throw new Failure('stop.invalid-input', `${id} is not a conversation of this version`, { cause: error });
  }
}
