import type { Check, Verdict } from './checks.ts';
import type { ScannedBucket } from './scan-bucket.ts';

export const SCANNER = 'sandbox-scanner';
const VERSION = '1.0.0';
const SEVERITY_IDS = { Medium: 3, High: 4, Critical: 5 };

/** A result as an OCSF Detection Finding, with the fields that Prowler fills and in the places where it has them. */
export function detectionFinding(
  { check, bucket, verdict, account }: { check: Check; bucket: ScannedBucket; verdict: Verdict; account: string },
  at: Date,
): Record<string, unknown> {
  const time = Math.floor(at.getTime() / 1000);
  const timeText = at.toISOString().replace('Z', '');
  return {
    message: verdict.detail,
    metadata: {
      event_code: check.id,
      product: { name: 'Belay sandbox scanner', uid: SCANNER, vendor_name: 'Belay', version: VERSION },
      profiles: ['cloud', 'datetime'],
      tenant_uid: '',
      version: '1.4.0',
    },
    severity_id: SEVERITY_IDS[check.severity],
    severity: check.severity,
    status_id: 1,
    status: 'New',
    status_code: verdict.status,
    status_detail: verdict.detail,
    unmapped: {
      related_url: '',
      categories: ['internet-exposed'],
      depends_on: [],
      related_to: [],
      notes: '',
      compliance: check.compliance,
    },
    activity_id: 1,
    activity_name: 'Create',
    finding_info: {
      created_time: time,
      created_time_dt: timeText,
      desc: check.title,
      title: check.title,
      types: ['Data Protection'],
      uid: `${SCANNER}-aws-${check.id}-${account}-${bucket.region}-${bucket.name}`,
    },
    resources: [
      {
        cloud_partition: 'aws',
        region: bucket.region,
        data: { details: '', metadata: {} },
        group: { name: 's3' },
        labels: bucket.tags,
        name: bucket.name,
        type: 'AwsS3Bucket',
        uid: `arn:aws:s3:::${bucket.name}`,
      },
    ],
    category_name: 'Findings',
    category_uid: 2,
    class_name: 'Detection Finding',
    class_uid: 2004,
    cloud: {
      account: { name: '', type: 'AWS Account', type_id: 10, uid: account, labels: [] },
      org: { name: '', uid: '' },
      provider: 'aws',
      region: bucket.region,
    },
    remediation: { desc: check.remediation, references: [] },
    risk_details: check.risk,
    time,
    time_dt: timeText,
    type_uid: 200_401,
    type_name: 'Detection Finding: Create',
  };
}
