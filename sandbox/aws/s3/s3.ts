import { AwsError } from '../protocol/aws-error.ts';
import type { Answer, Call, Service } from '../protocol/service.ts';
import { toXml } from '../protocol/xml.ts';
import { deliverLogs, noteRequest } from './access-log.ts';
import type { S3Operation } from './operations.ts';
import { operationFor } from './operations.ts';
import type { S3Place } from './s3-place.ts';
import { placeOf } from './s3-place.ts';

const headersOf = (id: string): Record<string, string> => ({ 'x-amz-request-id': id, 'x-amz-id-2': id });

/** The bucket that a call is about, where it is in the region that was asked. */
function checkBucket(call: Call, place: S3Place, operation: S3Operation): void {
  if (place.bucket === undefined) return;
  const bucket = call.world.buckets.get(place.bucket);
  if (!bucket)
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, {
      fields: { BucketName: place.bucket },
    });
  if (call.caller && bucket.region !== call.region && operation.name !== 'GetBucketLocation')
    throw new AwsError(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      301,
      { fields: { Bucket: bucket.name }, headers: { 'x-amz-bucket-region': bucket.region } },
    );
  if (operation.ownerOnly && call.caller?.account !== bucket.account)
    throw new AwsError('AccessDenied', 'Access Denied', 403);
}

function refusal(error: AwsError, id: string): Answer {
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml', ...headersOf(id), ...error.headers },
    body: toXml({ Error: { Code: error.code, Message: error.message, ...error.fields, RequestId: id, HostId: id } }),
  };
}

function answer(call: Call): Answer {
  deliverLogs(call.world);
  const place = placeOf(call);
  const operation = operationFor(call, place);
  const note = (status: number, bytes: number, code?: string): void =>
    noteRequest(call, place, operation.logName, { status, bytes, code });
  try {
    checkBucket(call, place, operation);
    const { status = 200, headers = {}, body = '', xml } = operation.answer(call, place);
    const sent = xml ? toXml(xml) : body;
    note(status, sent.length);
    const type = xml ? { 'content-type': 'application/xml' } : {};
    return { status, headers: { ...type, ...headersOf(call.id), ...headers }, body: sent };
  } catch (error) {
    if (error instanceof AwsError) note(error.status, 0, error.code);
    throw error;
  }
}

/** S3's REST protocol, path-style: who may read what, and who did. */
export const s3: Service = {
  name: 's3',
  asked: (call) => {
    const { name, permission } = operationFor(call, placeOf(call));
    return { operation: name, permission, nextPage: call.query.has('continuation-token') };
  },
  answer,
  refusal,
  throttled: () => new AwsError('SlowDown', 'Please reduce your request rate.', 503),
  denied: (message) => new AwsError('AccessDenied', message, 403),
};
