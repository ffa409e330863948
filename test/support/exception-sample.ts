import type { Exception } from '../../src/domain/exception.ts';

/** An exception in force, as views show it. */
export const exceptionSample = (changes: Partial<Exception> = {}): Exception => ({
  id: 'x-7k2m9q',
  state: 'in-force',
  resource: 'aws:111122223333/eu-west-1/bucket/website',
  check: 's3_bucket_public_access',
  runbook: null,
  owner: 'platform team',
  reason: 'the website is served from it',
  control: 'only public files',
  until: '2026-12-24T00:00:00.000Z',
  by: { id: 'local:ada', name: 'Ada', door: 'cli' },
  requestedAt: '2026-11-27T12:00:00.000Z',
  gate: 'g-7k2m9q',
  approvedAt: '2026-11-27T13:00:00.000Z',
  revokedAt: null,
  ...changes,
});
