import { hkdfSync } from 'node:crypto';

const derive = (secret: Buffer, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));

/** One key for each use of the blob secret (HKDF, RFC 5869), so that neither use tells anything about the other. */
export const blobKeys = (secret: Buffer): { readonly name: Buffer; readonly content: Buffer } => ({
  name: derive(secret, 'belay/blob-name'),
  content: derive(secret, 'belay/blob-content'),
});
