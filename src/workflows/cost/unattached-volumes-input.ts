import { z } from 'zod';

const Duration = z.string().regex(/^[1-9]\d{0,5}(ms|s|m|h|d)$/, 'a duration is a number and s, m, h or d, such as 7d');
const Connection = z.string().regex(/^[a-z0-9_-]{1,40}$/, 'is no connection');
const Region = z.string().regex(/^[a-z]{2}(-[a-z]+){1,2}-\d{1,2}$/, 'is no region such as eu-west-1');

/** What `cost/unattached-volumes` is told. */
export const UnattachedVolumesInput = z.strictObject({
  accounts: z.array(Connection).max(50).default([]).describe('Connections to AWS accounts; all of them unless given'),
  regions: z.array(Region).max(40).default([]).describe('Regions; those of each connection unless given'),
  minAgeDays: z.int().min(0).max(3650).default(30).describe('Only volumes that are at least so many days old'),
  ask: z.boolean().default(true).describe('Whether owners are asked first, with days of grace'),
  grace: Duration.default('7d').describe('How long owners may keep a volume before anybody is asked to delete it'),
  remind: Duration.default('2d').describe('How often owners are reminded meanwhile'),
  firstWave: z.int().min(1).max(250).default(5).describe('How many are deleted first, so that a mistake shows on few'),
  waveSize: z.int().min(1).max(250).default(100).describe('How many in each wave after it'),
  inFlight: z.int().min(1).max(25).default(10).describe('How many at a time'),
  stopAfter: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Stops once more than this share failed; 0 stops at the first failure'),
  stabilise: Duration.default('1m').describe('Wait between deleting and looking whether anything still refers to them'),
  recheck: Duration.default('30d').describe('When to look again what was really saved'),
});
export type UnattachedVolumesInput = z.infer<typeof UnattachedVolumesInput>;
