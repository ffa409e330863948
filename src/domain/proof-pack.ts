import { z } from 'zod';
import { Digest } from './digest.ts';
import { BUNDLE_FILES, MANIFEST_FILE } from './ledger-bundle.ts';

/** Where the run's part of the ledger stands in a pack: a bundle that can be checked by itself. */
export const LEDGER_FOLDER = 'ledger/';

/** What a pack says, file by file, besides its manifest. Nothing else may be in it. */
export const PROOF_PARTS = [
  'findings-before.json',
  'findings-after.json',
  'controls.json',
  'decisions.json',
  'exceptions.json',
  'index.html',
] as const;
export type ProofPart = (typeof PROOF_PARTS)[number];

/** Every file of a pack but `proof.json`, in order. */
export const PROOF_FILES: readonly string[] = [
  ...PROOF_PARTS,
  ...[...BUNDLE_FILES, MANIFEST_FILE].map((name) => `${LEDGER_FOLDER}${name}`),
];

export const PROOF_MANIFEST = 'proof.json';

/** Which scan a file of findings is. */
export const ProofScan = z.strictObject({
  scan: z.string(),
  source: z.string(),
  scanner: z.string(),
  version: z.string().nullable(),
  madeAt: z.string().nullable(),
  recordedAt: z.iso.datetime(),
  findings: z.number().int().min(0),
  digest: Digest,
});
export type ProofScan = z.infer<typeof ProofScan>;

/** What the authority signs about a pack: which run it is of, who decided, every file's hash, and what it cannot show. */
export const ProofManifest = z.strictObject({
  v: z.literal(1),
  type: z.literal('belay/proof'),
  run: z.string(),
  runbook: z.string(),
  runbookHash: z.string(),
  target: z.string(),
  requester: z.string(),
  state: z.string(),
  outcome: z.string().nullable(),
  verdict: z.string().nullable(),
  summary: z.string().nullable(),
  /** Hashes of the bundles of policy and people under which it was decided. */
  bundles: z.array(z.string()),
  decidedBy: z.array(
    z.strictObject({
      person: z.string(),
      identity: z.string(),
      decision: z.string(),
      gate: z.string(),
      at: z.string(),
    }),
  ),
  /** Null where there was none: its file is then empty. */
  before: ProofScan.nullable(),
  after: ProofScan.nullable(),
  madeAt: z.iso.datetime(),
  caveats: z.array(z.string()),
  files: z.record(z.string(), z.strictObject({ sha256: z.string(), bytes: z.number().int().min(0) })),
  keyId: z.string(),
  /** SHA-256 of the public key that signs it. For reading: whether to trust it is told by somebody else. */
  fingerprint: z.string(),
  signature: z.string(),
});
export type ProofManifest = z.infer<typeof ProofManifest>;

/** The part of a manifest its signature covers. */
export function proofPart(
  manifest: Omit<ProofManifest, 'signature'> & { signature?: string },
): Omit<ProofManifest, 'signature'> {
  const { signature: _, ...rest } = manifest;
  return rest;
}
