import { createHmac } from 'node:crypto';

/** Slack's request signature (v0): HMAC-SHA256 of `v0:<timestamp>:<raw body>`. `now` is milliseconds since 1970. */
export function signRequest(secret: string, body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` };
}
