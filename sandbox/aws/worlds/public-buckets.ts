import { isPublicPolicy } from '../s3/policy.ts';
import type { World } from '../world.ts';
import { bucketNamed, EXPORTS, FEED } from './buckets.ts';
import { putPastReads } from './past-reads.ts';
import { PARTNER, READER } from './readers.ts';

const OPENED = [EXPORTS, FEED];

/** What somebody put there in a hurry: everybody may list and read. */
const openPolicy = (bucket: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TemporarilyPublic',
        Effect: 'Allow',
        Principal: '*',
        Action: ['s3:GetObject', 's3:ListBucket'],
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      },
    ],
  });

export interface OpenOptions {
  /**
   * Who reads the partner feed by a role: one of the bucket's own account, whom blocking public access does not touch
   * (the default), or one of another account, who has come to rely on it being public.
   */
  readonly reader?: 'own' | 'other';
}

/** Makes two buckets public, and their logs show a week of who has read them. */
export function openBuckets(world: World, { reader = 'own' }: OpenOptions = {}): void {
  for (const name of OPENED) {
    const bucket = bucketNamed(world, name);
    bucket.block = undefined;
    bucket.policy = openPolicy(name);
  }
  putPastReads(world, reader === 'own' ? READER : PARTNER);
}

/** What is wrong, in a sentence. */
export function openedText(world: World): string {
  const open = OPENED.filter((name) => isOpen(world, name));
  return `${open.length} S3 buckets can be listed and read by everybody: ${open.join(', ')}; a scraper takes from the first`;
}

/** As it was before: no policy. What the logs say stays. */
export function closeBuckets(world: World): void {
  for (const name of OPENED) {
    const bucket = bucketNamed(world, name);
    bucket.policy = undefined;
    bucket.block = undefined;
  }
}

function isOpen(world: World, name: string): boolean {
  const { policy, block } = bucketNamed(world, name);
  return isPublicPolicy(policy) && !block?.RestrictPublicBuckets;
}

export const areOpen = (world: World): boolean => OPENED.some((name) => isOpen(world, name));
