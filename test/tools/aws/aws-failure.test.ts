import { expect, test } from '@jest/globals';
import { awsCode, awsFailure } from '../../../src/tools/aws/aws-failure.ts';
import { PERMISSIONS } from '../../../src/tools/aws/operations.ts';
import { awsError } from './fake-aws.ts';

const asked = { operation: 'ec2.DeleteVolume', region: 'eu-west-1', connection: 'connection prod' } as const;

test.each([
  [
    'RequestLimitExceeded',
    503,
    'retry.throttled',
    /slow down \(RequestLimitExceeded\) at ec2:DeleteVolume in eu-west-1/,
  ],
  ['Throttling', 400, 'retry.throttled', /slow down/],
  ['ThrottlingException', 400, 'retry.throttled', /slow down/],
  ['SlowDown', 503, 'retry.throttled', /slow down/],
  ['Unavailable', 503, 'retry.throttled', /slow down/],
  ['SnapshotCreationPerVolumeRateExceeded', 400, 'retry.throttled', /slow down/],
  ['UnauthorizedOperation', 403, 'stop.forbidden', /connection prod may not ec2:DeleteVolume in eu-west-1/],
  ['AccessDenied', 403, 'stop.forbidden', /may not ec2:DeleteVolume/],
  ['ExpiredToken', 400, 'stop.forbidden', /credential of connection prod has expired/],
  ['RequestExpired', 400, 'stop.forbidden', /has expired/],
  ['AuthFailure', 401, 'stop.forbidden', /does not take the credential of connection prod/],
  ['InvalidClientTokenId', 403, 'stop.forbidden', /does not take the credential/],
  ['RequestTimeTooSkewed', 403, 'stop.forbidden', /clock/],
  ['InvalidVolume.NotFound', 400, 'stop.not-found', /does not find it/],
  ['NoSuchBucket', 404, 'stop.not-found', /does not find it/],
  ['VolumeInUse', 400, 'stop.invalid-input', /rejects ec2:DeleteVolume/],
  ['SnapshotLimitExceeded', 400, 'stop.unsupported', /limit is reached/],
  ['InternalError', 500, 'retry.unreachable', /failed/],
])('%s (%i) is %s', (code, status, type, says) => {
  const error = awsError(code, status);
  const failure = awsFailure(error, asked);
  expect(failure).toMatchObject({ type, message: expect.stringMatching(says), cause: error });
  expect(awsCode(failure)).toBe(code);
});

test('how long to wait is what AWS asks for', () => {
  const failure = awsFailure(awsError('SlowDown', 503, 'slow', { 'retry-after': '7' }), asked);
  expect(failure.retryAfterMs).toBe(7000);
  expect(awsFailure(awsError('SlowDown', 503), asked).retryAfterMs).toBeUndefined();
});

test('the permission that AWS itself names is the one that is missing: tagging a new snapshot asks for another one', () => {
  const said =
    'User: arn:aws:sts::1:assumed-role/belay/x is not authorized to perform: ec2:CreateTags on resource: snap-1';
  const failure = awsFailure(awsError('UnauthorizedOperation', 403, said), {
    ...asked,
    operation: 'ec2.CreateSnapshot',
  });
  expect(failure.message).toContain('connection prod may not ec2:CreateTags in eu-west-1');
});

test.each([
  [
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
    'retry.unreachable',
    'ECONNREFUSED',
  ],
  [new AggregateError([new Error('connect ECONNREFUSED ::1:1')], ''), 'retry.unreachable', 'ECONNREFUSED ::1:1'],
  [
    Object.assign(new Error('no role'), { name: 'CredentialsProviderError' }),
    'stop.forbidden',
    'no credential that can be used',
  ],
  [
    Object.assign(new SyntaxError('Unexpected token <'), { $metadata: { httpStatusCode: 200 } }),
    'stop.unsupported',
    'does not speak like AWS',
  ],
])('what never became an answer of AWS is told from what did: %s', (error, type, says) => {
  const failure = awsFailure(error, asked);
  expect(failure).toMatchObject({ type, message: expect.stringContaining(says) });
  expect(awsCode(failure)).toBeUndefined();
});

test('what AWS says is one bounded line: a resource may be named by anybody', () => {
  const failure = awsFailure(awsError('Odd', 400, `a\nb\u0007${'x'.repeat(2000)}`), asked);
  expect(failure.message).toContain('a b x');
  expect(failure.message.length).toBeLessThan(600);
});

test('every operation has its permission, of its own service', () => {
  expect(Object.keys(PERMISSIONS).length).toBeGreaterThan(20);
  for (const [operation, permission] of Object.entries(PERMISSIONS))
    expect([operation, permission.split(':')[0]]).toEqual([operation, operation.split('.')[0]]);
});
