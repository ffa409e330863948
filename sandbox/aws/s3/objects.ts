import type { Tags } from '../ec2/objects.ts';

/** The four switches, as S3 names them. */
export const SWITCHES = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;
export type PublicAccessBlock = Record<(typeof SWITCHES)[number], boolean>;

export interface StoredObject {
  readonly body: Buffer;
  readonly type: string;
  readonly modified: number;
  /** Whether its own ACL lets everybody read it. */
  readonly publicRead: boolean;
}

/** A request that the access log has yet to show. */
export interface LogRecord {
  readonly at: number;
  readonly line: string;
}

export interface Bucket {
  readonly name: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  readonly created: number;
  /** `undefined`: never set, which counts as all off. */
  block: PublicAccessBlock | undefined;
  /** JSON, as it was put. */
  policy: string | undefined;
  /** What the ACL gives to everybody: listing, for a bucket. */
  aclPublicRead: boolean;
  logging: { bucket: string; prefix: string } | undefined;
  tags: Tags;
  readonly objects: Map<string, StoredObject>;
  pendingLog: LogRecord[];
}
