import { z } from 'zod';
import { ConnectionName, Duration, waveFields } from '../../sdk/runbook.ts';

const Check = z.string().regex(/^[\w.:/-]{1,200}$/, 'is no id of a check');

/** What `compliance/public-storage` is told. */
export const PublicStorageInput = z.strictObject({
  scanners: z.array(ConnectionName).max(10).default([]).describe('Sources of findings; all of them unless given'),
  accounts: z
    .array(ConnectionName)
    .max(50)
    .default([])
    .describe('Connections to AWS accounts; all of them unless given'),
  checks: z
    .array(Check)
    .min(1)
    .max(20)
    .default(['s3_bucket_public_access'])
    .describe('The checks of the scanner that say that a bucket is public'),
  days: z.int().min(1).max(30).default(7).describe('How far back the access log is read, to see who reads a bucket'),
  ...waveFields('blocked', { first: 2, size: 25, inFlight: 5 }),
  stabilise: Duration.default('1h').describe(
    'Wait before verifying: readers must have come again, and logs been written',
  ),
});
export type PublicStorageInput = z.infer<typeof PublicStorageInput>;
