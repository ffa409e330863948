import { readFile, stat } from 'node:fs/promises';

/** A calendar larger than this is something else. */
const MAX_BYTES = 2_000_000;
const TIMEOUT_MS = 10_000;
const MAX_REDIRECTS = 3;

async function readBody(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1e6} MB`);
    parts.push(part);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
}

/** Follows redirects only to the configured host, and never from https to http: the address was chosen, the rest was not. */
async function fetchCalendar(address: string): Promise<string> {
  const configured = new URL(address);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let next = configured;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await fetch(next, { redirect: 'manual', signal, headers: { accept: 'text/calendar' } });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      const to = new URL(location, next);
      if (to.host !== configured.host || to.protocol !== configured.protocol)
        throw new Error(`it redirects to ${to.protocol}//${to.host}, which is not the address that was configured`);
      next = to;
      continue;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`it answered ${response.status}`);
    }
    return await readBody(response);
  }
  throw new Error(`it redirects more than ${MAX_REDIRECTS} times`);
}

/** The text of a calendar: of an http(s) address, or of a file. Rejects with what is wrong, never with the address. */
export async function readCalendar(place: string): Promise<string> {
  if (/^https?:/.test(place)) return await fetchCalendar(place);
  const { size } = await stat(place);
  if (size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1e6} MB`);
  return await readFile(place, 'utf8');
}
