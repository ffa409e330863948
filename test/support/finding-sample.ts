import { type Finding, findingIdentity } from '../../src/domain/finding.ts';

/** A failing finding of Prowler about one bucket. What is changed of who it is changes its identity. */
export function findingOf(bucket: string, changes: Partial<Omit<Finding, 'identity'>> = {}): Finding {
  const of = {
    scanner: 'prowler',
    check: 's3_bucket_public_access',
    account: '111122223333',
    region: 'eu-west-1',
    resource: { uid: `arn:aws:s3:::${bucket}`, name: bucket, type: 'AwsS3Bucket' },
    title: 'No public access',
    status: 'FAIL' as const,
    severity: 'critical' as const,
    key: `aws:111122223333/eu-west-1/bucket/${bucket}`,
    detail: `S3 Bucket ${bucket} has public access.`,
    controls: [{ framework: 'CIS 6.0', id: '3.1.4' }],
    ...changes,
  };
  const { scanner, check, account, region, resource } = of;
  return { identity: findingIdentity({ scanner, check, account, region, resource: resource.uid }), ...of };
}
