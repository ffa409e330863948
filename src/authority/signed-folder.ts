import { createHash, type KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { canonicalJson } from '../domain/digest.ts';
import { fingerprintOf } from './keys/fingerprint-of.ts';
import { publicKeysIn, verifyAmong } from './keys/verify-signature.ts';

/** Files by their path in the folder. */
export type Files = ReadonlyMap<string, Buffer>;

/** What every manifest says: each other file's hash, what could not be shown when it was made, and who signed that. */
interface Manifest {
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
  readonly caveats: readonly string[];
  readonly keyId: string;
  readonly signature: string;
}

/** A sort of folder that the authority writes to be handed on and checked without it. */
export interface FolderKind<M extends Manifest> {
  /** How messages call it: short, and in full. */
  readonly noun: string;
  readonly fullNoun: string;
  readonly manifestFile: string;
  readonly manifest: z.ZodType<M>;
  /** Every other file, in order; nothing else may be in it. */
  readonly files: readonly string[];
  /** The file with the public keys. */
  readonly keysFile: string;
  /** The part of the manifest that its signature covers. */
  readonly signedPart: (manifest: M) => unknown;
}

/** A folder as far as it can be judged by its bytes. */
export interface CheckedFolder<M> {
  readonly manifest: M | undefined;
  /** The folder's own keys by id: for what they signed in it, not for whether to trust it. */
  readonly ring: ReadonlyMap<string, KeyObject>;
  /** Each names its file. */
  readonly problems: string[];
  readonly caveats: string[];
  /** The key that vouches for it: one that was given; null when none was, so that it only agrees with itself. */
  readonly vouched: string | null;
}

function manifestOf<M extends Manifest>(kind: FolderKind<M>, files: Files, problems: string[]): M | undefined {
  const text = files.get(kind.manifestFile)?.toString('utf8');
  if (text === undefined) {
    problems.push(`${kind.manifestFile} is missing: this is no ${kind.fullNoun}`);
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    const { data } = kind.manifest.safeParse(value);
    if (data && `${canonicalJson(value)}\n` === text) return data;
  } catch {
    // Not JSON: said below.
  }
  problems.push(`${kind.manifestFile}: it is not what was written`);
  return undefined;
}

function ringOf({ keysFile }: { keysFile: string }, files: Files, problems: string[]): ReadonlyMap<string, KeyObject> {
  try {
    return publicKeysIn(files.get(keysFile)?.toString('utf8') ?? '');
  } catch (error) {
    problems.push(`${keysFile}: ${error instanceof Error ? error.message : String(error)}`);
    return new Map();
  }
}

function fileProblems<M extends Manifest>(kind: FolderKind<M>, manifest: M, files: Files): string[] {
  const wrong = kind.files.flatMap((name) => {
    const content = files.get(name);
    const said = manifest.files[name];
    if (content === undefined) return [`${name} is missing`];
    const hash = createHash('sha256').update(content).digest('hex');
    return said?.sha256 === hash && said.bytes === content.length
      ? []
      : [`${name} was changed after the ${kind.noun} was made`];
  });
  const strangers = [...files.keys()].filter((name) => name !== kind.manifestFile && !kind.files.includes(name));
  return [...wrong, ...strangers.map((name) => `${name} does not belong to the ${kind.noun}`)];
}

/**
 * Checks that a folder is, byte for byte, what was signed. Its own keys are never trusted: without one of `trusted`
 * (fingerprints, or their first 16 digits or more) it only agrees with itself, which is the first caveat. Every changed,
 * missing or added file is found and named.
 */
export function checkFolder<M extends Manifest>(
  kind: FolderKind<M>,
  files: Files,
  trusted: readonly string[],
): CheckedFolder<M> {
  const problems: string[] = [];
  const caveats: string[] = [];
  let vouched: string | null = null;
  const manifest = manifestOf(kind, files, problems);
  const ring = ringOf(kind, files, problems);
  if (trusted.length === 0)
    caveats.push(
      `NOBODY VOUCHES FOR THIS ${kind.noun.toUpperCase()}: without --key it only agrees with itself, and whoever made it up can make it agree. Ask the people who run that Belay for the fingerprint of its key.`,
    );
  if (manifest) {
    problems.push(...fileProblems(kind, manifest, files));
    const signer = ring.get(manifest.keyId);
    const fingerprint = signer && fingerprintOf(signer);
    if (!fingerprint || !verifyAmong(ring, kind.signedPart(manifest), manifest.keyId, manifest.signature))
      problems.push(`${kind.manifestFile}: its signature does not hold`);
    else if (trusted.some((one) => one.length >= 16 && fingerprint.startsWith(one.toLowerCase())))
      vouched = fingerprint;
    else if (trusted.length > 0)
      problems.push(`the ${kind.noun} is signed by key ${fingerprint}, not by the one you trust`);
    caveats.push(...manifest.caveats.map((caveat) => `when it was made: ${caveat}`));
  }
  return { manifest, ring, problems, caveats, vouched };
}
