import { z } from 'zod';
import { ConnectionName, Duration, waveFields } from '../../sdk/runbook.ts';

const Region = z.string().regex(/^[a-z]{2}(-[a-z]+){1,2}-\d{1,2}$/, 'is no region such as eu-west-1');

/** What `cost/unattached-volumes` is told. */
export const UnattachedVolumesInput = z.strictObject({
  accounts: z
    .array(ConnectionName)
    .max(50)
    .default([])
    .describe('Connections to AWS accounts; all of them unless given'),
  regions: z.array(Region).max(40).default([]).describe('Regions; those of each connection unless given'),
  minAgeDays: z.int().min(0).max(3650).default(30).describe('Only volumes that are at least so many days old'),
  ask: z.boolean().default(true).describe('Whether owners are asked first, with days of grace'),
  grace: Duration.default('7d').describe('How long owners may keep a volume before anybody is asked to delete it'),
  remind: Duration.default('2d').describe('How often owners are reminded meanwhile'),
  ...waveFields('deleted', { first: 5, size: 100, inFlight: 10 }),
  stabilise: Duration.default('1m').describe('Wait between deleting and looking whether anything still refers to them'),
  recheck: Duration.default('30d').describe('When to look again what was really saved'),
});
export type UnattachedVolumesInput = z.infer<typeof UnattachedVolumesInput>;
