import { z } from 'zod';
import { type Digest, digestOf } from './digest.ts';
import type { Finding } from './finding.ts';

/** The most findings that are taken from one scan; a scanner that gives more is to be told to look at less. */
export const MOST_FINDINGS = 50_000;

/** The most findings in one call to the authority; fewer where they are long. */
export const MOST_PER_CHUNK = 200;

/** Something in a scanner's output that is no finding, or not wholly: where it stands, and why. */
export const Unusable = z.object({ where: z.string().max(200), why: z.string().max(300) });
export type Unusable = z.infer<typeof Unusable>;

export const ScanCounts = z.object({
  FAIL: z.number().int(),
  PASS: z.number().int(),
  MANUAL: z.number().int(),
  MUTED: z.number().int(),
});
export type ScanCounts = z.infer<typeof ScanCounts>;

/** What is known of one scan besides its findings. */
export const ScanFacts = z.object({
  /** Through which it came: `scanner.prowler`. */
  source: z.string().min(1).max(100),
  scanner: z.string().min(1).max(100),
  version: z.string().max(100).nullable(),
  /** When the scanner wrote it; null where it does not say. */
  madeAt: z.iso.datetime().nullable(),
  /** How much could not be used, and the first of it. */
  unusable: z.number().int().min(0),
  problems: z.array(Unusable).max(20),
  duplicates: z.number().int().min(0),
});
export type ScanFacts = z.infer<typeof ScanFacts>;

/** What a scan changed in what is known. `gone`: looked for where it was, and not there any more. */
export const ScanChanges = z.object({
  fresh: z.number().int(),
  still: z.number().int(),
  gone: z.number().int(),
  reopened: z.number().int(),
});
export type ScanChanges = z.infer<typeof ScanChanges>;

export function countsOf(findings: readonly Pick<Finding, 'status'>[]): ScanCounts {
  const counts = { FAIL: 0, PASS: 0, MANUAL: 0, MUTED: 0 };
  for (const { status } of findings) counts[status] += 1;
  return counts;
}

/** The content hash of a scan, over the digests of all its findings; their order says nothing. */
export const scanDigest = (findings: readonly Digest[]): Digest => digestOf({ v: 1, findings: findings.toSorted() });
