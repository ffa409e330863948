import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SigningKey, signingKeyAt, signingKeyFrom } from '../../authority/keys/signing-key.ts';
import { secretFile } from '../../platform/data/secret-file.ts';
import { CliError, codeOf, reasonOf } from '../../platform/problem.ts';

/** What only the authority holds. */
export interface ServerKeys {
  readonly signing: SigningKey;
  /** 32 bytes; blobs are encrypted with it and named by a hash keyed with it. */
  readonly blobs: Buffer;
}

const SIGNING = 'authority.pem';
const BLOBS = 'blobs.key';

/** The keys of a data folder, made on first use. */
export const keysMadeIn = (folder: string): ServerKeys => ({
  signing: signingKeyAt(join(folder, SIGNING)),
  blobs: Buffer.from(secretFile(join(folder, BLOBS)), 'base64url'),
});

/**
 * The keys somebody put in the folder. Never made here: a server that starts without its key would sign with one that
 * nobody pinned and nobody backed up. @throws CliError (exit 2) naming the file.
 */
export function keysGivenIn(folder: string): ServerKeys {
  const read = <T>(name: string, parse: (text: string) => T): T => {
    const path = join(folder, name);
    try {
      return parse(readFileSync(path, 'utf8').trim());
    } catch (error) {
      const why = codeOf(error)?.startsWith('E') ? `cannot be read (${codeOf(error)})` : reasonOf(error);
      throw new CliError(`BELAY_KEYS: ${path} ${why}.`, 2, { cause: error });
    }
  };
  return {
    signing: read(SIGNING, signingKeyFrom),
    blobs: read(BLOBS, (text) => {
      const key = Buffer.from(text, 'base64');
      if (key.length !== 32) throw new Error('is not 32 bytes in base64');
      return key;
    }),
  };
}
