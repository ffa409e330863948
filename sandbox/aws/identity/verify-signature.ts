import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256Node } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsError } from '../protocol/aws-error.ts';
import type { HttpRequest } from '../protocol/service.ts';
import type { AccessKey } from './principal.ts';

/** What an `Authorization` header says before anything of it is believed. */
export interface SignatureClaim {
  readonly keyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
}

const SHAPE =
  /^AWS4-HMAC-SHA256 Credential=(?<keyId>[^/,\s]+)\/\d{8}\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request, ?SignedHeaders=(?<signed>[^,]+), ?Signature=[0-9a-f]{64}$/;

/** Reads the header; `undefined` where it is no Signature Version 4. */
export function readClaim(authorization: string): SignatureClaim | undefined {
  const { keyId, region, service, signed } = SHAPE.exec(authorization)?.groups ?? {};
  if (keyId === undefined || region === undefined || service === undefined || signed === undefined) return undefined;
  return { keyId, region, service, signedHeaders: signed.split(';') };
}

const mismatch = (): AwsError =>
  new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    403,
  );

/** `20260131T235959Z` as a date. */
function dateOf(stamp: string): Date {
  const date = new Date(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(date.getTime())) throw mismatch();
  return date;
}

/**
 * Signs the request again with the key that it claims, by the SDK's own signer, which takes no signed `date` header (only
 * `x-amz-date`). @throws AwsError 403 when that gives another signature, 400 when the body is not the one that was signed
 */
export async function verifySignature(request: HttpRequest, claim: SignatureClaim, key: AccessKey): Promise<void> {
  const { headers, body } = request;
  const stated = headers['x-amz-content-sha256'];
  if (
    stated !== undefined &&
    /^[0-9a-f]{64}$/.test(stated) &&
    createHash('sha256').update(body).digest('hex') !== stated
  )
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  const signer = new SignatureV4({
    service: claim.service,
    region: claim.region,
    credentials: { accessKeyId: key.id, secretAccessKey: key.secret, ...(key.token && { sessionToken: key.token }) },
    sha256: Sha256Node,
    uriEscapePath: claim.service !== 's3',
    applyChecksum: false,
  });
  const signed = Object.fromEntries(claim.signedHeaders.map((name) => [name, headers[name] ?? '']));
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(request.query.keys())) query[name] = request.query.getAll(name);
  const again = await signer.sign(
    { method: request.method, protocol: 'http:', hostname: '', path: request.path, query, headers: signed, body },
    { signingDate: dateOf(headers['x-amz-date'] ?? ''), signableHeaders: new Set(claim.signedHeaders) },
  );
  const [ours, theirs] = [again.headers['authorization'], headers['authorization']].map(signatureIn);
  if (!ours || !theirs || !timingSafeEqual(ours, theirs)) throw mismatch();
}

const signatureIn = (authorization: string | undefined): Buffer =>
  Buffer.from(/Signature=(?<hex>[0-9a-f]{64})$/.exec(authorization ?? '')?.groups?.['hex'] ?? '', 'hex');
