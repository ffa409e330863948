import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';
import { retryAfterMs } from '../retry-after.ts';
import { type Operation, PERMISSIONS } from './operations.ts';

/** What was asked, and of whom. */
export interface Asked {
  readonly operation: Operation;
  readonly region: string;
  /** `connection prod (role arn:…)`. */
  readonly connection: string;
}

/** What the SDK tells of a refusal: the error's name is AWS's code. */
interface Refusal {
  readonly code: string;
  readonly status: number | undefined;
  readonly said: string;
  readonly retryAfter: string | undefined;
}

const THROTTLED =
  /^(Request)?Throttl|^RequestLimitExceeded$|^SlowDown$|^TooManyRequests|^(Service)?Unavailable$|^BandwidthLimitExceeded$|^LimitExceededException$|^ConcurrentSnapshotLimitExceeded$|^SnapshotCreationPerVolumeRateExceeded$|^PriorRequestNotComplete$/;
const DENIED = /^(AccessDenied|UnauthorizedOperation|Client\.UnauthorizedOperation|AllAccessDisabled)/;
const EXPIRED = /^(ExpiredToken|RequestExpired|TokenRefreshRequired)/;
/** The credential itself is not taken. */
const NOT_WHO =
  /^(InvalidClientTokenId|UnrecognizedClient|AuthFailure|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|MissingAuthenticationToken|OptInRequired)/;
const NOT_FOUND = /NotFound(Error)?$|\.NotFound$|^NoSuch/;

/** The one place where AWS's answers, and what kept one from coming, become Belay's failures. The SDK's error is the cause. */
export function awsFailure(error: unknown, asked: Asked): Failure {
  const { operation, region, connection } = asked;
  const permission = PERMISSIONS[operation];
  const what = `${permission} in ${region}`;
  const refusal = refusalOf(error);
  const because = { cause: error };
  if (refusal === undefined) {
    const said = oneLine(reasonOf(error), 300);
    // An answer that is none of AWS's: a proxy's page, or an emulator that does not know the operation.
    if (error instanceof SyntaxError || nameOf(error) === 'SyntaxError' || /deserializ/i.test(said))
      return new Failure('stop.unsupported', `What answered ${what} does not speak like AWS: ${said}`, because);
    if (/^(CredentialsProvider|ProviderError|TokenProvider)/.test(nameOf(error)))
      return new Failure('stop.forbidden', `${connection} has no credential that can be used: ${said}`, because);
    return new Failure('retry.unreachable', `Cannot reach AWS for ${what}: ${said}`, because);
  }
  const { code, status, said } = refusal;
  if (EXPIRED.test(code))
    return new Failure('stop.forbidden', `The credential of ${connection} has expired (${code}): ${said}`, because);
  if (NOT_WHO.test(code))
    return new Failure(
      'stop.forbidden',
      `AWS does not take the credential of ${connection} (${code}): ${said}`,
      because,
    );
  if (code === 'RequestTimeTooSkewed')
    return new Failure('stop.forbidden', `The clock of this machine is wrong, says AWS (${code}): ${said}`, because);
  if (THROTTLED.test(code) || status === 429 || status === 503) {
    const after = retryAfterMs(refusal.retryAfter);
    return new Failure('retry.throttled', `AWS asks to slow down (${code}) at ${what}`, {
      ...because,
      ...(after === undefined ? {} : { retryAfterMs: after }),
    });
  }
  if (DENIED.test(code) || status === 401 || status === 403) {
    // Where AWS names the permission it is the exact one: making a snapshot with tags needs ec2:CreateTags as well.
    const missing = /not authorized to perform:? ([a-z0-9-]+:\w+)/i.exec(said)?.[1] ?? permission;
    return new Failure(
      'stop.forbidden',
      `${connection} may not ${missing} in ${region} (${code}). Allow it that action in IAM (docs/aws.md). AWS said: ${said}`,
      because,
    );
  }
  if (NOT_FOUND.test(code) || status === 404)
    return new Failure('stop.not-found', `AWS does not find it, at ${what} (${code}): ${said}`, because);
  if (status !== undefined && status >= 500)
    return new Failure('retry.unreachable', `AWS failed at ${what} (${status} ${code}): ${said}`, because);
  if (/^(Snapshot|Volume|Tag|Resource)\w*LimitExceeded$/.test(code))
    return new Failure('stop.unsupported', `The account's limit is reached at ${what} (${code}): ${said}`, because);
  return new Failure('stop.invalid-input', `AWS rejects ${what} (${code}): ${said}`, because);
}

/** AWS's own code of a failure, such as `NoSuchBucketPolicy`; undefined for what is none of AWS's. */
export const awsCode = (error: unknown): string | undefined =>
  error instanceof Failure ? refusalOf(error.cause)?.code : undefined;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.message || error.name;
}

function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const { $metadata, $response } = error as Error & {
    $metadata?: { httpStatusCode?: number };
    $response?: { statusCode?: number; headers?: Record<string, string> };
  };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  // What broke while the answer was read has its response beside it, and no code of AWS's.
  if (status === undefined || error instanceof SyntaxError || error.name === 'SyntaxError') return undefined;
  return {
    code: error.name,
    status,
    said: oneLine(error.message, 400) || 'no explanation',
    retryAfter: $response?.headers?.['retry-after'],
  };
}
