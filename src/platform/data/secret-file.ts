import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { codeOf } from '../problem.ts';

/** A secret that is made once (32 random bytes in base64url) and then read; only the owner can read the file. */
export function secretFile(path: string): string {
  const existing = read(path);
  if (existing !== undefined) {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return existing;
  }
  const secret = randomBytes(32).toString('base64url');
  // Whole or not at all: a reader, or a start after a crash, never sees half a secret.
  writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return secret;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
