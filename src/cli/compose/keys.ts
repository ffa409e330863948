import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { retiredKeys, SIGNING_KEY_FILE } from '../../authority/keys/key-folder.ts';
import { privateKeyAt, type SigningKey, signingKeyFrom } from '../../authority/keys/signing-key.ts';
import { secretFile } from '../../platform/data/secret-file.ts';
import { CliError, codeOf, reasonOf } from '../../platform/problem.ts';

/** What only the authority holds. */
export interface ServerKeys {
  /** Verifies by the ring: the key that signs and those it took over from, all from outside the database. */
  readonly signing: SigningKey;
  /** 32 bytes, from which the keys that encrypt blobs and name them are derived. */
  readonly blobs: Buffer;
}

const BLOBS = 'blobs.key';

/** A PEM as an environment variable may hold it: in lines, or in one with `\n` for their ends. */
const unescaped = (pem: string): string => pem.replaceAll(String.raw`\n`, '\n');

/** What happens while a key is read, as a mistake of whoever gave it. */
function readKey<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const why = codeOf(error)?.startsWith('E') ? `cannot be read (${codeOf(error)})` : reasonOf(error);
    throw new CliError(`${where} ${why}.`, 2, { cause: error });
  }
}

/** The ring of a folder, and the key that signs: the one given in `BELAY_SIGNING_KEY`, or else the folder's. */
function ringOf(folder: string, given: string | undefined, ofFolder: () => string): SigningKey {
  const retired = readKey('The retired keys:', () => retiredKeys(folder).map(({ pem }) => pem));
  if (given !== undefined) return readKey('BELAY_SIGNING_KEY', () => signingKeyFrom(unescaped(given), retired));
  return readKey(`BELAY_KEYS: ${join(folder, SIGNING_KEY_FILE)}`, () => signingKeyFrom(ofFolder(), retired));
}

/** The keys of a data folder, made on first use. @throws CliError (exit 2) for one that is there and is none. */
export const keysMadeIn = (folder: string, given?: string): ServerKeys => ({
  signing: ringOf(folder, given, () => privateKeyAt(join(folder, SIGNING_KEY_FILE))),
  blobs: Buffer.from(secretFile(join(folder, BLOBS)), 'base64url'),
});

/**
 * The keys somebody put in the folder. Never made here: a server that starts without its key would sign with one that
 * nobody pinned and nobody backed up. @throws CliError (exit 2) naming the file.
 */
export const keysGivenIn = (folder: string, given?: string): ServerKeys => ({
  signing: ringOf(folder, given, () => readFileSync(join(folder, SIGNING_KEY_FILE), 'utf8').trim()),
  blobs: readKey(`BELAY_KEYS: ${join(folder, BLOBS)}`, () => {
    const key = Buffer.from(readFileSync(join(folder, BLOBS), 'utf8').trim(), 'base64');
    if (key.length !== 32) throw new Error('is not 32 bytes in base64');
    return key;
  }),
});
