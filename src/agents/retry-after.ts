/** A provider that asks for more than this is one to tell a person about, not to sleep on. */
const LONGEST_MS = 60 * 60 * 1000;

/**
 * Milliseconds until a retry makes sense, from `retry-after-ms` or `Retry-After` (seconds or an HTTP date), at most an
 * hour; undefined where the header is absent or unreadable.
 */
export function retryAfterMs(headers: Pick<Headers, 'get'> | undefined, now: number): number | undefined {
  const exact = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  const value = headers?.get('retry-after')?.trim() ?? '';
  const ms = exact >= 0 ? exact : /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(Math.ceil(ms), 0), LONGEST_MS);
}
