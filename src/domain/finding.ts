import { z } from 'zod';
import { Control } from './control.ts';
import { Digest, digestOf } from './digest.ts';

/** `MUTED`: the scanner was told to look away. `MANUAL`: it cannot tell, a person must look. */
export const FindingStatus = z.enum(['FAIL', 'PASS', 'MANUAL', 'MUTED']);
export type FindingStatus = z.infer<typeof FindingStatus>;

/** The worst first. */
export const Severity = z.enum(['critical', 'high', 'medium', 'low', 'informational', 'unknown']);
export type Severity = z.infer<typeof Severity>;

/** What one check of one scanner says of one resource. */
export const Finding = z.object({
  identity: Digest,
  scanner: z.string().min(1).max(100),
  check: z.string().min(1).max(200),
  title: z.string().max(300),
  status: FindingStatus,
  severity: Severity,
  /** Where the resource is; null where the scanner does not say. */
  account: z.string().max(200).nullable(),
  region: z.string().max(100).nullable(),
  resource: z.object({
    /** As its own system names it: an ARN, a path. */
    uid: z.string().min(1).max(1000),
    name: z.string().max(300),
    type: z.string().max(100),
  }),
  /** Canonical target key of the resource, the same that actions lock: `aws:111122223333/eu-west-1/bucket/logs`. */
  key: z.string().min(1).max(500),
  /** What was seen, in the scanner's words. */
  detail: z.string().max(1000),
  controls: z.array(Control).max(300),
});
export type Finding = z.infer<typeof Finding>;

/**
 * What makes two findings of two scans the same one. Not the scan's own id of it, which may carry the time of the scan
 * or a random part, and not its words or its severity, which change with the scanner's version.
 */
export const findingIdentity = (of: {
  scanner: string;
  check: string;
  account: string | null;
  region: string | null;
  resource: string;
}): Digest => {
  const { scanner, check, account, region, resource } = of;
  return digestOf({ v: 1, scanner, check, account, region, resource });
};

/** The worst first; below zero when `a` is. */
export const bySeverity = (a: Pick<Finding, 'severity'>, b: Pick<Finding, 'severity'>): number =>
  Severity.options.indexOf(a.severity) - Severity.options.indexOf(b.severity);
