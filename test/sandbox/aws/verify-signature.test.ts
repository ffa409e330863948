import { describe, expect, test } from '@jest/globals';
import { readClaim, verifySignature } from '../../../sandbox/aws/identity/verify-signature.ts';
import type { HttpRequest } from '../../../sandbox/aws/protocol/service.ts';

/** The keys of the examples in AWS's documentation. */
const key = {
  id: 'AKIAIOSFODNN7EXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  token: undefined,
  principal: { account: '111122223333', arn: 'arn:aws:iam::111122223333:user/example', userId: 'AIDA' },
  expires: undefined,
};
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const signed = (
  change: Partial<HttpRequest>,
  headers: Record<string, string>,
  names: string,
  signature: string,
): HttpRequest => ({
  method: 'GET',
  path: '/',
  query: new URLSearchParams(),
  body: Buffer.alloc(0),
  from: '127.0.0.1',
  ...change,
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    'x-amz-content-sha256': EMPTY,
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${key.id}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`,
  },
});

/**
 * "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference; but for its PutObject, which signs
 * `date`: the SDK's signer never does.
 */
const EXAMPLES = {
  'GetObject with a range': signed(
    { path: '/test.txt' },
    { range: 'bytes=0-9' },
    'host;range;x-amz-content-sha256;x-amz-date',
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ),
  'a subresource': signed(
    { query: new URLSearchParams('lifecycle') },
    {},
    'host;x-amz-content-sha256;x-amz-date',
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ),
  'a list': signed(
    { query: new URLSearchParams('max-keys=2&prefix=J') },
    {},
    'host;x-amz-content-sha256;x-amz-date',
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ),
};

const verify = (request: HttpRequest): Promise<void> => {
  const claim = readClaim(request.headers['authorization'] ?? '');
  if (!claim) throw new Error('it has no signature');
  return verifySignature(request, claim, key);
};

describe.each(Object.entries(EXAMPLES))("AWS's own example: %s", (_what, request) => {
  test('is taken', async () => {
    expect(readClaim(request.headers['authorization'] ?? '')).toMatchObject({
      keyId: key.id,
      region: 'us-east-1',
      service: 's3',
    });
    await verify(request);
  });

  test.each<[string, Partial<HttpRequest>]>([
    ['method', { method: 'DELETE' }],
    ['path', { path: '/other.txt' }],
    ['query', { query: new URLSearchParams('acl') }],
    ['time', { headers: { ...request.headers, 'x-amz-date': '20130524T000001Z' } }],
    ['host', { headers: { ...request.headers, host: 'other.s3.amazonaws.com' } }],
    ['time that is none', { headers: { ...request.headers, 'x-amz-date': 'yesterday' } }],
  ])('is refused with another %s', async (_part, change) => {
    await expect(verify({ ...request, ...change })).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
    });
  });

  test('is refused with another body', async () => {
    await expect(verify({ ...request, body: Buffer.from('x') })).rejects.toMatchObject({
      code: 'XAmzContentSHA256Mismatch',
    });
  });
});

test.each([
  '',
  'Bearer x',
  'AWS4-HMAC-SHA256',
  'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00',
  'AWS a:b',
])('%j is no Signature Version 4', (authorization) => {
  expect(readClaim(authorization)).toBeUndefined();
});
