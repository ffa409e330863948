import { LRUCache } from 'lru-cache';
import type { ConversationBlobs } from './conversation-chain.ts';

/** Enough for a dozen long conversations; what falls out is read again. */
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * The same blobs, remembered in this process. A blob's id is a hash of its content, so an entry never goes stale;
 * without it every turn reads the whole chain again.
 */
export function withBlobCache(blobs: ConversationBlobs, maxBytes = DEFAULT_MAX_BYTES): ConversationBlobs {
  const cache = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (content, id) => 2 * content.length + id.length,
  });
  return {
    async get(id) {
      const known = cache.get(id);
      if (known !== undefined) return known;
      const content = await blobs.get(id);
      cache.set(id, content);
      return content;
    },
    async put(content, mediaType, summary) {
      const ref = await blobs.put(content, mediaType, summary);
      cache.set(ref.id, content);
      return ref;
    },
  };
}
