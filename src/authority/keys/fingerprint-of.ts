import { createHash, type KeyObject } from 'node:crypto';

/** The SHA-256 of a public key (SPKI, DER), in hex: what people hand on and what `--key` takes, whole or its first 16 digits. */
export const fingerprintOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
