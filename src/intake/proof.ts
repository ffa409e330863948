import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4 } from 'node:net';
import { bearerOf, sameSecret } from '../platform/http/secret-match.ts';

/** What a webhook must prove: any one of the HMAC secrets or bearer tokens. Both empty: open on loopback only. */
export interface HookProof {
  readonly secrets: readonly string[];
  readonly tokens: readonly string[];
}

export const isOpen = ({ secrets, tokens }: HookProof): boolean => secrets.length === 0 && tokens.length === 0;

/** Whether the bearer token, if one was sent, is one of the source's. Needs no body. */
export function tokenHolds(proof: HookProof, headers: IncomingHttpHeaders): boolean {
  const token = bearerOf(headers.authorization);
  return token !== undefined && proof.tokens.some((wanted) => sameSecret(token, wanted));
}

/** The claimed HMAC: `X-Belay-Signature` or GitHub's header, `sha256=` and 64 hex digits; undefined for anything else. */
export function signatureOf(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['x-belay-signature'] ?? headers['x-hub-signature-256'];
  return typeof header === 'string' ? /^sha256=([0-9a-f]{64})$/i.exec(header)?.[1]?.toLowerCase() : undefined;
}

/** Whether `signature` is the HMAC-SHA256 of exactly these bytes under one of the secrets. */
export const signatureHolds = (proof: HookProof, signature: string, body: Uint8Array): boolean =>
  proof.secrets.some((secret) => sameSecret(signature, createHmac('sha256', secret).update(body).digest('hex')));

/** Headers that only a browser's page or a proxy adds: with them, "from loopback" no longer means "from this machine". */
const FROM_ELSEWHERE = ['origin', 'sec-fetch-site', 'x-forwarded-for', 'forwarded', 'via'];

/** Why an unproven delivery is refused; undefined when it may pass: from this machine, and by no page or proxy. */
export function unprovenProblem(address: string | undefined, headers: IncomingHttpHeaders): string | undefined {
  const via = FROM_ELSEWHERE.find((name) => headers[name] !== undefined);
  if (via) return `a delivery without proof is not taken with a ${via} header`;
  return isLoopback(address ?? '') ? undefined : 'a delivery without proof is taken from this machine only';
}

function isLoopback(address: string): boolean {
  const ip = address.replace(/^::ffff:/i, '');
  return ip === '::1' || (isIPv4(ip) && ip.startsWith('127.'));
}
