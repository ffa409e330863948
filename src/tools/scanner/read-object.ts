import { GetObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';
import { MOST_BYTES, type Output, textOf, tooLarge } from './read-output.ts';
import type { ScannerSettings } from './scanner-settings.ts';

type Place = Extract<ScannerSettings, { kind: 'bucket' }>;

function objectFailure(error: unknown, name: string): Failure {
  const said = oneLine(error instanceof Error ? error.message || error.name : String(error), 200);
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
  if (error instanceof Error && error.name === 'CredentialsProviderError')
    return new Failure('stop.forbidden', `${name} needs a credential of AWS, and this worker has none: ${said}`);
  if (status === 404) return new Failure('stop.not-found', `${name} is not there: ${said}`, { cause: error });
  if (status === 401 || status === 403)
    return new Failure('stop.forbidden', `${name} may not be read (s3:GetObject is needed): ${said}`, { cause: error });
  if (status === 429 || (error instanceof S3ServiceException && error.name === 'SlowDown'))
    return new Failure('retry.throttled', `S3 asks to slow down at ${name}`, { cause: error });
  if (status >= 400 && status < 500)
    return new Failure('stop.invalid-input', `S3 rejects ${name} (${status}): ${said}`, { cause: error });
  return new Failure('retry.unreachable', `${name} cannot be read from S3: ${said}`, { cause: error });
}

/** Reads one object; asks nothing before. Retries are Temporal's. */
export function objectReader({ bucket, key, region, endpoint }: Place): (signal: AbortSignal) => Promise<Output> {
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: 1,
  });
  const name = `s3://${bucket}/${key}`;
  return async (abortSignal) => {
    try {
      const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
      if ((object.ContentLength ?? 0) > MOST_BYTES) throw tooLarge(name);
      const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
      return { name, text: textOf(name, bytes), madeAt: object.LastModified ?? new Date(0) };
    } catch (error) {
      if (abortSignal.aborted) throw abortSignal.reason;
      throw error instanceof Failure ? error : objectFailure(error, name);
    }
  };
}
