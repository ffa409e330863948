import type { ScannedBucket } from './scan-bucket.ts';

export interface Verdict {
  readonly status: 'PASS' | 'FAIL';
  readonly detail: string;
}

/** One check, by the id and in the words that Prowler has for it. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly severity: 'Critical' | 'High' | 'Medium';
  readonly risk: string;
  readonly remediation: string;
  /** Requirements by framework, spelt as in Prowler's maps; a few of them, for the sandbox's stories. */
  readonly compliance: Readonly<Record<string, readonly string[]>>;
  readonly verdict: (bucket: ScannedBucket) => Verdict;
}

const pass = (detail: string): Verdict => ({ status: 'PASS', detail });
const failed = (detail: string): Verdict => ({ status: 'FAIL', detail });

const CONTROLS = {
  'CIS-3.0': ['2.1.4'],
  SOC2: ['cc_6_1', 'cc_6_6'],
  'ISO27001-2022': ['A.8.3'],
  'PCI-4.0': ['1.4.4', '7.2.1'],
  HIPAA: ['164_308_a_4_ii_a', '164_312_a_1'],
};
const BLOCK_ADVICE =
  'Turn on all four settings of S3 Block Public Access for the bucket; give those who must read it access by role.';

/** Every check of the sandbox's scanner. */
export const CHECKS: readonly Check[] = [
  {
    id: 's3_bucket_public_access',
    title: 'S3 bucket is not publicly accessible',
    severity: 'Critical',
    risk: 'Everybody on the internet can read what is in the bucket.',
    remediation: BLOCK_ADVICE,
    compliance: CONTROLS,
    verdict: ({ name, block, publicAcl, publicPolicy }) => {
      const blocked = block.IgnorePublicAcls === true && block.RestrictPublicBuckets === true;
      if (!blocked && publicPolicy) return failed(`S3 Bucket ${name} has public access due to bucket policy.`);
      if (!blocked && publicAcl) return failed(`S3 Bucket ${name} has public access due to bucket ACL.`);
      return pass(`S3 Bucket ${name} is not public.`);
    },
  },
  {
    id: 's3_bucket_level_public_access_block',
    title: 'S3 bucket has Block Public Access on',
    severity: 'Medium',
    risk: 'One policy or ACL that is written in a hurry makes the bucket public.',
    remediation: BLOCK_ADVICE,
    compliance: CONTROLS,
    verdict: ({ name, block }) =>
      block.IgnorePublicAcls === true && block.RestrictPublicBuckets === true
        ? pass(`Block Public Access is configured for the S3 Bucket ${name}.`)
        : failed(`Block Public Access is not configured for the S3 Bucket ${name}.`),
  },
  {
    id: 's3_bucket_server_access_logging_enabled',
    title: 'S3 bucket has server access logging on',
    severity: 'Medium',
    risk: 'Nobody can tell who reads the bucket.',
    remediation: 'Turn on server access logging to a bucket that only security may write to.',
    compliance: {
      'CIS-3.0': ['3.4'],
      SOC2: ['cc_7_2'],
      'ISO27001-2022': ['A.8.15'],
      'PCI-4.0': ['10.2.1'],
      HIPAA: ['164_312_b'],
    },
    verdict: ({ name, logging }) =>
      logging
        ? pass(`S3 Bucket ${name} has server access logging enabled.`)
        : failed(`S3 Bucket ${name} has server access logging disabled.`),
  },
];
