import { z } from 'zod';

import { signRequest } from './sign-request.ts';

/** Slack gives an app three seconds to acknowledge. */
const TIMEOUT = 3_000;

/** One request to Belay and what came of it, as the page shows it. */
export interface Delivery {
  readonly kind: string;
  readonly at: number;
  readonly ok: boolean;
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** Milliseconds until the answer, or until giving up. */
  readonly ms: number;
  /** One sentence for the person who clicked. */
  readonly said: string;
  readonly body: string;
}

export interface Destination {
  /** Belay's address, such as `http://127.0.0.1:7420`. */
  readonly belay: () => string;
  readonly secret: string;
}

/**
 * Posts a signed form to `<belay>/slack/events` as Slack does, and tells truthfully what happened.
 * Never throws and never tries again: Slack does not either for clicks, modals and commands.
 */
export async function deliver(to: Destination, kind: string, form: Record<string, string>): Promise<Delivery> {
  const body = new URLSearchParams(form).toString();
  return await post(to, kind, body, 'application/x-www-form-urlencoded');
}

/** Posts a signed Events API envelope, which is JSON. */
export async function deliverEvent(to: Destination, kind: string, envelope: unknown): Promise<Delivery> {
  return await post(to, kind, JSON.stringify(envelope), 'application/json');
}

async function post(to: Destination, kind: string, body: string, contentType: string): Promise<Delivery> {
  const at = Date.now();
  const address = new URL('/slack/events', to.belay()).href;
  const done = (ok: boolean, status: number | null, said: string, answer = ''): Delivery => ({
    kind,
    at,
    ok,
    status,
    ms: Date.now() - at,
    said,
    body: answer,
  });
  try {
    const headers = { ...signRequest(to.secret, body, at), 'content-type': contentType };
    const request = {
      method: 'POST',
      body,
      headers,
      redirect: 'manual' as const,
      signal: AbortSignal.timeout(TIMEOUT),
    };
    const response = await fetch(address, request);
    const answer = await response.text();
    if (response.status === 200) return done(true, 200, 'Belay answered 200', answer);
    const hint = response.status === 401 ? ': it did not accept the signature' : '';
    return done(false, response.status, `Belay refused it with ${response.status}${hint}`, answer);
  } catch (error) {
    return done(false, null, `Belay did not answer: ${reasonOf(error)} (${address})`);
  }
}

/** `fetch` hides why it failed in the cause of its error. */
const Failure = z.object({
  name: z.string(),
  message: z.string(),
  cause: z.object({ code: z.string().optional() }).optional(),
});

function reasonOf(error: unknown): string {
  const failure = Failure.safeParse(error).data;
  if (!failure) return String(error);
  if (failure.name === 'TimeoutError') return `nothing within ${TIMEOUT / 1000} s`;
  const code = failure.cause?.code;
  return code === 'ECONNREFUSED' ? 'connection refused; is it running?' : (code ?? failure.message);
}
