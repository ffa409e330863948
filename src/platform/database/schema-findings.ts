import type { JSONColumnType } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { ExceptionApproval } from '../../domain/exception.ts';
import type { Finding, FindingStatus } from '../../domain/finding.ts';
import type { Person } from '../../domain/person.ts';
import type { ScanChanges, ScanFacts } from '../../domain/scan.ts';

type Json<T extends object | null> = JSONColumnType<T>;

export interface ScansTable {
  /** Made up by the worker that reads it, so that a repeated chunk is no second scan. */
  id: string;
  run: string;
  source: string;
  /** Only a closed one says anything of what is gone. */
  state: 'open' | 'closed';
  facts: Json<ScanFacts> | null;
  /** Over all its findings. */
  digest: Digest | null;
  changes: Json<ScanChanges> | null;
  opened_at: Date;
  closed_at: Date | null;
}

export interface ScanFindingsTable {
  scan: string;
  identity: Digest;
  status: FindingStatus;
  check_id: string;
  account: string | null;
  region: string | null;
  finding: Json<Finding>;
  /** Of the finding: the scan's own digest is over these. */
  digest: Digest;
}

/** What is known of each failing finding over all scans. */
export interface FindingsTable {
  identity: Digest;
  scanner: string;
  check_id: string;
  account: string | null;
  region: string | null;
  key: string;
  finding: Json<Finding>;
  state: 'open' | 'gone';
  first_seen: Date;
  last_seen: Date;
  gone_at: Date | null;
  /** How often it came back. */
  reopened: number;
  /** When the newest scan that spoke of it was made: an older one, read late, changes nothing. */
  looked_at: Date;
  scan: string;
}

export interface ExceptionsTable {
  id: string;
  resource: string;
  check_id: string | null;
  runbook: string | null;
  owner: string;
  reason: string;
  control: string;
  until: Date;
  by: Json<Person>;
  /** The run that stands for it in lists, whose gate approves it. */
  run: string;
  requested_at: Date;
  approved_at: Date | null;
  /** The authority's signed word that it is in force; without it, it is not. */
  approval: Json<ExceptionApproval> | null;
  revoked_at: Date | null;
  revocation: Json<{ by: Person; reason: string }> | null;
}
