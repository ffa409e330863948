import { HTTPModuleFunctions, isValidSlackRequest } from '@slack/bolt';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Slack sends at most some hundred kilobytes. Bytes. */
export const MOST_BYTES = 1024 * 1024;
/** How far the sender's clock may be from ours, to either side. Seconds. */
const MOST_SKEW = 5 * 60;

/**
 * Stands in front of Bolt's receiver: refuses what Bolt would let through (timestamps of the future, a signed body that
 * is not a JSON object and would throw inside it) and reads at most 1 MiB. A `rawBody` buffer on the request is used
 * where the web server has read the body already.
 */
export function guardRequests(
  inner: RequestListener,
  { signingSecret, now = Date.now }: { signingSecret: string; now?: () => number },
): RequestListener {
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const refused = await whyRefused(req, signingSecret, now());
    if (refused === undefined) {
      inner(req, res);
      return;
    }
    // What was not read must not be taken for the next request.
    res.writeHead(refused, { connection: 'close' });
    res.end();
  };
  return (req, res) => {
    answer(req, res).catch(() => {
      if (!res.headersSent) res.writeHead(404);
      res.end();
    });
  };
}

async function whyRefused(req: IncomingMessage, signingSecret: string, now: number): Promise<number | undefined> {
  if (req.method !== 'POST') return 405;
  if (Number(req.headers['content-length'] ?? 0) > MOST_BYTES) return 413;
  let read: Awaited<ReturnType<typeof HTTPModuleFunctions.bufferIncomingMessage>>;
  try {
    read = await HTTPModuleFunctions.bufferIncomingMessage(req, MOST_BYTES);
  } catch (error) {
    return HTTPModuleFunctions.isRawBodyError(error) && error.statusCode === 413 ? 413 : 400;
  }
  if (read.rawBody.length > MOST_BYTES) return 413;
  const text = read.rawBody.toString();
  // Slack's certificate check is the one thing it does not sign; Bolt answers it and drops the rest of the body.
  if (new URLSearchParams(text).get('ssl_check') === '1') return undefined;
  const timestamp = String(req.headers['x-slack-request-timestamp'] ?? '');
  if (!/^\d{1,12}$/.test(timestamp) || Number(timestamp) > Math.floor(now / 1_000) + MOST_SKEW) return 401;
  const signed = isValidSlackRequest({
    signingSecret,
    body: text,
    headers: {
      'x-slack-signature': String(req.headers['x-slack-signature'] ?? ''),
      'x-slack-request-timestamp': Number(timestamp),
    },
    nowMilliseconds: now,
  });
  if (!signed) return 401;
  return isObject(read) ? undefined : 400;
}

function isObject(read: Parameters<typeof HTTPModuleFunctions.parseHTTPRequestBody>[0]): boolean {
  try {
    const body: unknown = HTTPModuleFunctions.parseHTTPRequestBody(read);
    return typeof body === 'object' && body !== null && !Array.isArray(body);
  } catch {
    return false;
  }
}
