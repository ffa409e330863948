import { AwsError } from '../protocol/aws-error.ts';
import type { Call } from '../protocol/service.ts';
import { canonicalId, S3_NAMESPACE } from './bucket-of.ts';
import type { S3Result } from './operations.ts';

const MOST = 10_000;

/** The caller's own buckets, by name. */
export function listBuckets({ world, caller, query }: Call): S3Result {
  if (!caller) throw new AwsError('AccessDenied', 'Access Denied', 403);
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64url').toString('utf8');
  const most = Math.min(Number(query.get('max-buckets') ?? MOST) || MOST, MOST);
  const region = query.get('bucket-region');
  const own = [...world.buckets.values()]
    .filter(({ account, name }) => account === caller.account && name > after)
    .filter(
      (bucket) => bucket.name.startsWith(query.get('prefix') ?? '') && (region ?? bucket.region) === bucket.region,
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const page = own.slice(0, most);
  const last = page.at(-1)?.name;
  return {
    xml: {
      ListAllMyBucketsResult: {
        '@xmlns': S3_NAMESPACE,
        Owner: { ID: canonicalId(caller.account) },
        Buckets: {
          Bucket: page.map(({ name, created, region: BucketRegion }) => ({
            Name: name,
            CreationDate: new Date(created).toISOString(),
            BucketRegion,
          })),
        },
        ...(own.length > page.length && last && { ContinuationToken: Buffer.from(last).toString('base64url') }),
      },
    },
  };
}
