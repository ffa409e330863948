import { AwsError } from '../protocol/aws-error.ts';
import type { HttpRequest } from '../protocol/service.ts';
import type { Keyring } from './keyring.ts';
import type { Principal } from './principal.ts';
import type { SignatureClaim } from './verify-signature.ts';
import { verifySignature } from './verify-signature.ts';

/** What services call a key that they do not know. */
const UNKNOWN_KEY: Readonly<Record<string, AwsError>> = {
  s3: new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403),
  ec2: new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401),
  sts: new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
};
const UNRECOGNIZED = new AwsError(
  'UnrecognizedClientException',
  'The security token included in the request is invalid.',
  400,
);

/** Who signed a request. @throws AwsError when the key is unknown or over, or the signature is not of it */
export async function authenticate(
  keyring: Keyring,
  request: HttpRequest,
  claim: SignatureClaim,
  now: number,
): Promise<Principal> {
  const key = keyring.keys.get(claim.keyId);
  if (!key || request.headers['x-amz-security-token'] !== key.token) throw UNKNOWN_KEY[claim.service] ?? UNRECOGNIZED;
  if (key.expires !== undefined && key.expires <= now) {
    const code =
      claim.service === 'ec2' ? 'RequestExpired' : claim.service === 's3' ? 'ExpiredToken' : 'ExpiredTokenException';
    throw new AwsError(
      code,
      'The security token included in the request is expired',
      claim.service === 'sts' ? 403 : 400,
    );
  }
  await verifySignature(request, claim, key);
  return key.principal;
}
