import { AwsError } from '../protocol/aws-error.ts';
import type { Call } from '../protocol/service.ts';
import { bucketOf, S3_NAMESPACE } from './bucket-of.ts';
import { may } from './may.ts';
import { etagOf } from './object-bodies.ts';
import type { S3Result } from './operations.ts';
import type { S3Place } from './s3-place.ts';

const MOST = 1000;

/** One entry of a list: a key, or what many keys begin with up to the delimiter. */
interface Entry {
  readonly name: string;
  readonly prefix: boolean;
}

/** Keys in the order of their bytes, with those that share a prefix up to the delimiter as one. */
function entriesOf(keys: Iterable<string>, prefix: string, delimiter: string): Entry[] {
  const entries = new Map<string, Entry>();
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = cut === -1 ? key : key.slice(0, cut + delimiter.length);
    entries.set(name, { name, prefix: cut !== -1 });
  }
  return [...entries.values()].toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

function mostIn(query: URLSearchParams): number {
  const text = query.get('max-keys') ?? String(MOST);
  if (!/^\d{1,9}$/.test(text))
    throw new AwsError('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  return Math.min(Number(text), MOST);
}

/** ListObjectsV2. A token says which entry came last. */
export function listObjects(call: Call, place: S3Place): S3Result {
  const { query, caller } = call;
  const bucket = bucketOf(call, place);
  if (!may(bucket, caller, 's3:ListBucket')) throw new AwsError('AccessDenied', 'Access Denied', 403);
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const token = query.get('continuation-token');
  const after = Buffer.from(
    token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8'),
  );
  const rest = entriesOf(bucket.objects.keys(), prefix, delimiter).filter(
    ({ name }) => Buffer.compare(Buffer.from(name), after) > 0,
  );
  const most = mostIn(query);
  const page = rest.slice(0, most);
  const last = page.at(-1)?.name;
  const more = rest.length > page.length && last !== undefined;
  const shown = (text: string): string => (query.get('encoding-type') === 'url' ? encodeURIComponent(text) : text);
  return {
    xml: {
      ListBucketResult: {
        '@xmlns': S3_NAMESPACE,
        Name: bucket.name,
        Prefix: shown(prefix),
        Delimiter: delimiter === '' ? undefined : shown(delimiter),
        MaxKeys: most,
        KeyCount: page.length,
        IsTruncated: more,
        NextContinuationToken: more ? Buffer.from(last).toString('base64url') : undefined,
        EncodingType: query.get('encoding-type') ?? undefined,
        Contents: page.flatMap(({ name, prefix: isPrefix }) => {
          const object = isPrefix ? undefined : bucket.objects.get(name);
          if (!object) return [];
          return {
            Key: shown(name),
            LastModified: new Date(object.modified).toISOString(),
            ETag: etagOf(object),
            Size: object.body.length,
            StorageClass: 'STANDARD',
          };
        }),
        CommonPrefixes: page.filter((entry) => entry.prefix).map(({ name }) => ({ Prefix: shown(name) })),
      },
    },
  };
}
