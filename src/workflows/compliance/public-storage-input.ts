import { z } from 'zod';

const Duration = z.string().regex(/^[1-9]\d{0,5}(ms|s|m|h|d)$/, 'a duration is a number and s, m, h or d, such as 1h');
const Connection = z.string().regex(/^[a-z0-9_-]{1,40}$/, 'is no connection');
const Check = z.string().regex(/^[\w.:/-]{1,200}$/, 'is no id of a check');

/** What `compliance/public-storage` is told. */
export const PublicStorageInput = z.strictObject({
  scanners: z.array(Connection).max(10).default([]).describe('Sources of findings; all of them unless given'),
  accounts: z.array(Connection).max(50).default([]).describe('Connections to AWS accounts; all of them unless given'),
  checks: z
    .array(Check)
    .min(1)
    .max(20)
    .default(['s3_bucket_public_access'])
    .describe('The checks of the scanner that say that a bucket is public'),
  days: z.int().min(1).max(30).default(7).describe('How far back the access log is read, to see who reads a bucket'),
  firstWave: z.int().min(1).max(250).default(2).describe('How many are blocked first, so that a mistake shows on few'),
  waveSize: z.int().min(1).max(250).default(25).describe('How many in each wave after it'),
  inFlight: z.int().min(1).max(25).default(5).describe('How many at a time'),
  stopAfter: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Stops once more than this share failed; 0 stops at the first failure'),
  stabilise: Duration.default('1h').describe(
    'Wait before verifying: readers must have come again, and logs been written',
  ),
});
export type PublicStorageInput = z.infer<typeof PublicStorageInput>;
