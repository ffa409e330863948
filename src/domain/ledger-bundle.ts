import { z } from 'zod';
import { ChainHead } from './chain-head.ts';
import { Digest } from './digest.ts';
import { ProofStep } from './merkle.ts';

/** What an export is of: one run, or every run that something happened to in a period (from inclusive, to exclusive). */
export const ExportScope = z.union([
  z.strictObject({ run: z.string() }),
  z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }),
]);
export type ExportScope = z.infer<typeof ExportScope>;

/** The files of a bundle besides its manifest. Nothing else may be in it. */
export const BUNDLE_FILES = [
  'entries.jsonl',
  'sequence.jsonl',
  'checkpoints.jsonl',
  'proofs.jsonl',
  'keys.pem',
  'index.html',
] as const;
export type BundleFile = (typeof BUNDLE_FILES)[number];

export const MANIFEST_FILE = 'manifest.json';

/** What the authority signs about a bundle: every file's hash, and what it could not show when it was made. */
export const BundleManifest = z.strictObject({
  v: z.literal(1),
  type: z.literal('belay/export'),
  scope: ExportScope,
  madeAt: z.iso.datetime(),
  runs: z.number().int().min(0),
  entries: z.number().int().min(0),
  files: z.record(z.enum(BUNDLE_FILES), z.strictObject({ sha256: z.string(), bytes: z.number().int().min(0) })),
  caveats: z.array(z.string()),
  keyId: z.string(),
  signature: z.string(),
});
export type BundleManifest = z.infer<typeof BundleManifest>;

/** The part of a manifest its signature covers. */
export function manifestPart(
  manifest: Omit<BundleManifest, 'signature'> & { signature?: string },
): Omit<BundleManifest, 'signature'> {
  const { signature: _, ...rest } = manifest;
  return rest;
}

/** That a checkpoint sealed a chain as far as `seq`: the way from that head to the checkpoint's root. */
export const SealProof = ChainHead.extend({ checkpoint: z.number().int().positive(), proof: z.array(ProofStep) });
export type SealProof = z.infer<typeof SealProof>;

/** A row of the sequence as a bundle carries it. */
export const SequenceLine = z.strictObject({
  number: z.number().int().positive(),
  kind: z.string(),
  chain: z.string(),
  subject: z.string(),
  prev: Digest,
  hash: Digest,
});
