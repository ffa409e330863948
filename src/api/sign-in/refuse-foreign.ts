import type { IncomingHttpHeaders } from 'node:http';

import { SignInProblem } from './sign-in-problem.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Methods that may change something, and so need proof that this very page sent them. */
export const isUnsafe = (method: string): boolean => !SAFE.has(method.toUpperCase());

/**
 * Refuses a `Host` that is not one of ours (421). A page under a stranger's name that resolves to this address
 * (DNS rebinding) is same-origin to the browser; its `Host` is the only thing that gives it away.
 */
export function refuseForeignHost(headers: IncomingHttpHeaders, allowedHosts: readonly string[]): void {
  const host = headers.host?.toLowerCase();
  if (host !== undefined && allowedHosts.some((allowed) => allowed.toLowerCase() === host)) return;
  const detail = `Open it as ${allowedHosts.join(' or ')}, or add the name you use to the allowed hosts.`;
  throw new SignInProblem(421, 'foreign-host', detail);
}

/**
 * Refuses an unsafe request that a browser says another site or another port sent (403). Requests with neither
 * `Origin` nor `Sec-Fetch-Site` do not come from a browser's page and are judged by their credential alone.
 */
export function refuseForeignOrigin(method: string, headers: IncomingHttpHeaders, secure: boolean): void {
  if (!isUnsafe(method)) return;
  const site = headers['sec-fetch-site'];
  const siteIsOurs = site === undefined || site === 'same-origin' || site === 'none';
  if (siteIsOurs && originIsOurs(headers, secure)) return;
  throw new SignInProblem(403, 'foreign-origin', 'Changes are taken only from pages of this server itself.');
}

function originIsOurs(headers: IncomingHttpHeaders, secure: boolean): boolean {
  if (headers.origin === undefined) return true;
  if (!URL.canParse(headers.origin)) return false;
  const origin = new URL(headers.origin);
  // Behind a proxy that ends TLS the request itself looks like http, so the scheme is judged by the cookie's setting.
  const schemeIsOurs = origin.protocol === 'https:' || (!secure && origin.protocol === 'http:');
  return schemeIsOurs && origin.host === new URL(`${origin.protocol}//${headers.host}`).host;
}
