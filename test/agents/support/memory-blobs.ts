import { createHash } from 'node:crypto';
import type { ConversationBlobs } from '../../../src/agents/conversation-chain.ts';
import type { BlobRef } from '../../../src/domain/blob.ts';

/** A blob store in memory that remembers what was read and written. */
export class MemoryBlobs implements ConversationBlobs {
  readonly contents = new Map<string, string>();
  readonly reads: string[] = [];
  readonly written: BlobRef[] = [];

  async get(id: string): Promise<string> {
    this.reads.push(id);
    const content = this.contents.get(id);
    if (content === undefined) throw new Error(`no blob ${id}`);
    return content;
  }

  async put(content: string, mediaType: string, summary: string): Promise<BlobRef> {
    const ref = this.keep(content, mediaType, summary);
    this.written.push(ref);
    return ref;
  }

  /** Something a tool read, outside the conversation. */
  keep(content: string, mediaType = 'text/plain', summary = 'a reading'): BlobRef {
    const id = `blob:${createHash('sha256').update(content).digest('hex')}`;
    this.contents.set(id, content);
    return { id, bytes: Buffer.byteLength(content), mediaType, summary };
  }
}
