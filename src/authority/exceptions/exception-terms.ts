import type { Selectable } from 'kysely';
import { type Exception, type ExceptionTerms, termsDigest } from '../../domain/exception.ts';
import type { ExceptionsTable } from '../../platform/database/schema-findings.ts';

export type ExceptionRow = Selectable<ExceptionsTable>;

/** What a row says, as people approve it. */
export const termsOf = (row: ExceptionRow): ExceptionTerms => ({
  resource: row.resource,
  check: row.check_id,
  runbook: row.runbook,
  owner: row.owner,
  reason: row.reason,
  control: row.control,
  until: row.until.toISOString(),
});

/** What it is about, in words: `check s3_bucket_public_access on aws:…/bucket/logs`. */
export function exceptedText({ resource, check, runbook }: Pick<Exception, 'resource' | 'check' | 'runbook'>): string {
  const what = [...(check === null ? [] : [`check ${check}`]), ...(runbook === null ? [] : [`runbook ${runbook}`])];
  return `${what.join(' in ')} on ${resource}`;
}

/** What its gate is about: which exception, in exactly these terms. People's approval is of the hash of that. */
export const subjectOf = (id: string, terms: ExceptionTerms): string => `${id} ${termsDigest(terms)}`;
