import type { z } from 'zod';
import { headLeaf } from '../../../domain/chain-head.ts';
import { Checkpoint, checkpointDigest, checkpointPart } from '../../../domain/checkpoint.ts';
import { canonicalJson } from '../../../domain/digest.ts';
import { brokenLink, LedgerEntry, LedgerKind, SYSTEM_CHAIN } from '../../../domain/ledger.ts';
import {
  BUNDLE_FILES,
  type BundleFile,
  BundleManifest,
  MANIFEST_FILE,
  manifestPart,
  SealProof,
  SequenceLine,
} from '../../../domain/ledger-bundle.ts';
import { rootOf } from '../../../domain/merkle.ts';
import { brokenNumber } from '../../../domain/sequence.ts';
import { verifyAmong } from '../../keys/verify-signature.ts';
import { checkFolder, type Files, type FolderKind } from '../../signed-folder.ts';
import { unmatchedNumbers } from '../checks/numbers.ts';
import { badSignatures } from '../checks/signatures.ts';

/** What a bundle shows, checked without the Belay it is from. */
export interface BundleReport {
  readonly ok: boolean;
  readonly runs: number;
  readonly entries: number;
  readonly problems: string[];
  readonly caveats: string[];
  /** The key that vouches for it: one that was given; null when none was, so that it only agrees with itself. */
  readonly vouched: string | null;
}

const BUNDLE: FolderKind<BundleManifest> = {
  noun: 'bundle',
  fullNoun: 'bundle of a ledger',
  manifestFile: MANIFEST_FILE,
  manifest: BundleManifest,
  files: BUNDLE_FILES,
  keysFile: 'keys.pem',
  signedPart: manifestPart,
};

/** Each line of a file, parsed; a line that is not the one canonical spelling of what it should be is named. */
function linesOf<T>(name: BundleFile, files: Files, schema: z.ZodType<T>, problems: string[]): T[] {
  const text = files.get(name)?.toString('utf8') ?? '';
  if (text !== '' && !text.endsWith('\n')) problems.push(`${name}: it does not end with a whole line`);
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  return lines.flatMap((line, index) => {
    try {
      const value: unknown = JSON.parse(line);
      const parsed = schema.safeParse(value);
      if (parsed.success && canonicalJson(value) === line) return [parsed.data];
    } catch {
      // Not JSON: said below.
    }
    problems.push(`${name}, line ${index + 1}: it is not what was written`);
    return [];
  });
}

type Verifier = Parameters<typeof badSignatures>[1];

function sealProblems(
  proofs: readonly SealProof[],
  checkpoints: readonly Checkpoint[],
  chains: ReadonlyMap<string, readonly LedgerEntry[]>,
  key: Verifier,
): string[] {
  const problems: string[] = [];
  let before: Checkpoint | undefined;
  for (const one of checkpoints) {
    if (!key.verify(checkpointPart(one), one.keyId, one.signature))
      problems.push(`checkpoint ${one.number}: its signature does not hold`);
    if (before && (one.number !== before.number + 1 || one.prev !== checkpointDigest(before)))
      problems.push(`checkpoint ${one.number}: it does not follow the one before it`);
    before = one;
  }
  for (const { chain, seq, hash, checkpoint, proof } of proofs) {
    const sealed = checkpoints.find(({ number }) => number === checkpoint);
    if (!sealed || rootOf(headLeaf({ chain, seq, hash }), proof) !== sealed.root)
      problems.push(`run ${chain}: its way to the root of checkpoint ${checkpoint} does not hold`);
    if (chains.get(chain)?.[seq - 1]?.hash !== hash)
      problems.push(`run ${chain}, entry ${seq}: it is not the one that checkpoint ${checkpoint} sealed`);
  }
  return problems;
}

/** What of the chains no checkpoint covers, in words. */
function unsealed(chains: ReadonlyMap<string, readonly LedgerEntry[]>, proofs: readonly SealProof[]): string[] {
  const open = [...chains].flatMap(([chain, entries]) => {
    const sealed = proofs.find((one) => one.chain === chain)?.seq ?? 0;
    return entries.length > sealed ? [`${chain} after entry ${sealed}`] : [];
  });
  if (open.length === 0) return [];
  const more = open.length > 5 ? ` and ${open.length - 5} more` : '';
  return [`no checkpoint sealed yet: ${open.slice(0, 5).join(', ')}${more}`];
}

/**
 * Checks a bundle by itself, as `checkFolder` does; a trusted key vouches for every file, the older keys in `keys.pem`
 * included. Every changed, removed or inserted byte is found.
 */
export function verifyBundle(files: Files, trusted: readonly string[]): BundleReport {
  const { manifest, ring, problems, caveats, vouched } = checkFolder(BUNDLE, files, trusted);
  const key: Verifier = { verify: (value, id, signature) => verifyAmong(ring, value, id, signature) };
  const entries = linesOf('entries.jsonl', files, LedgerEntry, problems);
  const numbers = linesOf('sequence.jsonl', files, SequenceLine.extend({ kind: LedgerKind }), problems);
  const checkpoints = linesOf('checkpoints.jsonl', files, Checkpoint, problems);
  const proofs = linesOf('proofs.jsonl', files, SealProof, problems);
  const chains = Map.groupBy(entries, ({ run }) => run);
  const numbersOf = Map.groupBy(numbers, ({ chain }) => chain);
  for (const [chain, list] of chains) {
    const broken = brokenLink(chain, list);
    problems.push(...(broken ? [broken] : []), ...badSignatures(list, key));
    if (!broken) problems.push(...unmatchedNumbers(chain, list, numbersOf.get(chain) ?? []));
  }
  const first = numbers[0];
  const gap = first && brokenNumber({ number: first.number - 1, hash: first.prev }, numbers);
  if (gap !== undefined) problems.push(gap);
  problems.push(...sealProblems(proofs, checkpoints, chains, key));
  caveats.push(...unsealed(chains, proofs));
  const runs = [...chains.keys()].filter((chain) => chain !== SYSTEM_CHAIN).length;
  if (manifest && (manifest.runs !== runs || manifest.entries !== entries.length))
    problems.push(
      `entries.jsonl has ${entries.length} entries of ${runs} runs; the manifest says ${manifest.entries} of ${manifest.runs}`,
    );
  return { ok: problems.length === 0, runs, entries: entries.length, problems, caveats, vouched };
}
