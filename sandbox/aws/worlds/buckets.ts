import type { Bucket, PublicAccessBlock } from '../s3/objects.ts';
import type { World } from '../world.ts';
import { DEV, PROD } from './accounts.ts';

const DAY = 86_400_000;
const ALL_ON: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

interface BucketPlan {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly block?: PublicAccessBlock;
  readonly logsTo?: string;
  readonly tags: Record<string, string>;
  readonly objects: readonly string[];
}

/** The two that a story makes public. */
export const EXPORTS = 'shop-order-exports';
export const FEED = 'shop-partner-feed';

const plan = (account: string, region: string, name: string, more: Partial<BucketPlan>): BucketPlan => ({
  account,
  region,
  name,
  tags: {},
  objects: [],
  ...more,
});

const BUCKETS: readonly BucketPlan[] = [
  plan(PROD.id, 'eu-west-1', EXPORTS, {
    logsTo: 'shop-access-logs-eu',
    tags: { owner: 'grace', team: 'checkout', environment: 'production', dataClass: 'confidential' },
    objects: ['orders/2026-09.csv', 'orders/2026-10.csv', 'orders/2026-11.csv'],
  }),
  plan(PROD.id, 'us-east-1', FEED, {
    logsTo: 'shop-access-logs-us',
    tags: { owner: 'ada', team: 'analytics', environment: 'production', dataClass: 'internal' },
    objects: ['feed/products.json', 'feed/prices.json'],
  }),
  plan(PROD.id, 'eu-west-1', 'shop-site-assets', {
    block: ALL_ON,
    logsTo: 'shop-access-logs-eu',
    tags: { owner: 'ada', team: 'web', environment: 'production' },
    objects: ['logo.svg'],
  }),
  // Nobody would know who reads it.
  plan(PROD.id, 'eu-west-1', 'shop-backups', {
    tags: { owner: 'grace', team: 'platform', environment: 'production', dataClass: 'confidential' },
    objects: ['db/2026-11-01.dump'],
  }),
  plan(PROD.id, 'eu-west-1', 'shop-access-logs-eu', { block: ALL_ON, tags: { owner: 'grace', team: 'platform' } }),
  plan(PROD.id, 'us-east-1', 'shop-access-logs-us', { block: ALL_ON, tags: { owner: 'grace', team: 'platform' } }),
  plan(DEV.id, 'eu-west-1', 'shop-dev-uploads', {
    block: ALL_ON,
    tags: { owner: 'ada', team: 'web', environment: 'development' },
    objects: ['test.png'],
  }),
];

function putBucket(world: World, { name, account, region, block, logsTo, tags, objects }: BucketPlan): void {
  const created = world.now() - 420 * DAY;
  const bucket: Bucket = {
    name,
    account,
    region,
    created,
    block: block && { ...block },
    policy: undefined,
    aclPublicRead: false,
    logging: logsTo === undefined ? undefined : { bucket: logsTo, prefix: `${name}/` },
    tags: { ...tags },
    objects: new Map(),
    pendingLog: [],
  };
  for (const key of objects) {
    const body = Buffer.from(`the sandbox's ${key}\n`);
    bucket.objects.set(key, { body, type: 'text/plain', modified: created, publicRead: false });
  }
  world.buckets.set(name, bucket);
}

/** The shop's buckets when all is well: none can be read from outside. */
export function putBuckets(world: World): void {
  for (const each of BUCKETS) putBucket(world, each);
}

/** @throws when there is none of that name */
export function bucketNamed(world: World, name: string): Bucket {
  const bucket = world.buckets.get(name);
  if (!bucket) throw new Error(`the sandbox has no bucket ${name}`);
  return bucket;
}
