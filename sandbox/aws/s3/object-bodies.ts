import { createHash } from 'node:crypto';
import { AwsError } from '../protocol/aws-error.ts';
import type { Call } from '../protocol/service.ts';
import { bucketOf } from './bucket-of.ts';
import { may } from './may.ts';
import type { StoredObject } from './objects.ts';
import type { S3Result } from './operations.ts';
import type { S3Place } from './s3-place.ts';

const denied = (): AwsError => new AwsError('AccessDenied', 'Access Denied', 403);

/** An object's ETag, quotes included. */
export const etagOf = ({ body }: StoredObject): string => `"${createHash('md5').update(body).digest('hex')}"`;

/** GetObject and HeadObject. Who may not list learns of no key whether it is there. */
export function getObject(call: Call, place: S3Place): S3Result {
  const bucket = bucketOf(call, place);
  const key = place.key ?? '';
  if (!may(bucket, call.caller, 's3:GetObject', key)) throw denied();
  const object = bucket.objects.get(key);
  if (!object && !may(bucket, call.caller, 's3:ListBucket')) throw denied();
  if (!object) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { fields: { Key: key } });
  return {
    body: object.body,
    headers: {
      'content-type': object.type,
      'last-modified': new Date(object.modified).toUTCString(),
      etag: etagOf(object),
    },
  };
}

export function putObject(call: Call, place: S3Place): S3Result {
  const { headers, body, world, caller } = call;
  const bucket = bucketOf(call, place);
  const key = place.key ?? '';
  if (!may(bucket, caller, 's3:PutObject', key)) throw denied();
  if (headers['x-amz-content-sha256']?.startsWith('STREAMING-'))
    throw new AwsError('NotImplemented', 'The sandbox takes no bodies in signed chunks.', 501);
  const publicRead = headers['x-amz-acl']?.startsWith('public-read') ?? false;
  if (publicRead && bucket.block?.BlockPublicAcls) throw denied();
  const type = headers['content-type'] ?? 'application/octet-stream';
  const object = { body, type, modified: world.now(), publicRead };
  bucket.objects.set(key, object);
  return { headers: { etag: etagOf(object) } };
}
