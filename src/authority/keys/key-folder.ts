import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, reasonOf } from '../../platform/problem.ts';
import { newPrivateKeyPem, signingKeyFrom } from './signing-key.ts';
import { publicKeysIn } from './verify-signature.ts';

/** The private key, in a keys folder. */
export const SIGNING_KEY_FILE = 'authority.pem';
/** The public part of the ring, for whoever checks signatures: tools workers and auditors. */
const PUBLIC_FILE = 'authority.pub';
const RETIRED = 'retired';

/** A key that signs nothing any more, and what it signed still counts. */
export interface RetiredKey {
  readonly keyId: string;
  readonly pem: string;
  /** When its file was written. */
  readonly retiredAt: Date;
}

/**
 * The public keys in `<folder>/retired/*.pem`, or in one file `retired.pem` where only files can be handed out: the pinned
 * rest of the ring. Only files count, never a row of the database; to
 * stop believing a key, its file is taken away. @throws when one is no Ed25519 public key, naming the file.
 */
export function retiredKeys(folder: string): RetiredKey[] {
  const keys = files(folder).flatMap((path) => {
    try {
      const pem = readFileSync(path, 'utf8');
      if (path.endsWith(`${RETIRED}.pem`) && pem.trim() === '') return [];
      const { mtime } = statSync(path);
      return [...publicKeysIn(pem)].map(([keyId, key]) => ({
        keyId,
        pem: key.export({ type: 'spki', format: 'pem' }).toString(),
        retiredAt: mtime,
      }));
    } catch (error) {
      throw new Error(`${path}: ${reasonOf(error)}`, { cause: error });
    }
  });
  return [...new Map(keys.map((key) => [key.keyId, key])).values()];
}

function files(folder: string): string[] {
  const inFolder = (name: string): string[] => (existsSync(join(folder, name)) ? [join(folder, name)] : []);
  try {
    const many = readdirSync(join(folder, RETIRED)).filter((name) => name.endsWith('.pem'));
    return [...many.toSorted().map((name) => join(folder, RETIRED, name)), ...inFolder(`${RETIRED}.pem`)];
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return inFolder(`${RETIRED}.pem`);
    throw error;
  }
}

/**
 * Makes a new key and retires the one before: its public part stays, its private part is overwritten. In this order, so
 * that a crash leaves at worst a key that is both in use and retired. The server adopts the new one when it starts.
 * @returns the ids of the key that is retired and of the one that will sign.
 */
export function rotateKey(folder: string): { retired: string; adopted: string } {
  const path = join(folder, SIGNING_KEY_FILE);
  const before = signingKeyFrom(readFileSync(path, 'utf8'));
  mkdirSync(join(folder, RETIRED), { recursive: true, mode: 0o700 });
  put(join(folder, RETIRED, `${before.keyId}.pem`), before.publicKeyPem, 0o644);
  const next = newPrivateKeyPem();
  const { keyId, ringPem } = signingKeyFrom(
    next,
    retiredKeys(folder).map(({ pem }) => pem),
  );
  put(join(folder, PUBLIC_FILE), ringPem, 0o644);
  put(path, next, 0o600);
  return { retired: before.keyId, adopted: keyId };
}

/** Whole or not at all. */
function put(path: string, content: string, mode: number): void {
  writeFileSync(`${path}.new`, content, { mode, flush: true });
  renameSync(`${path}.new`, path);
}
