import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { modelFailure } from '../../src/agents/model-failure.ts';
import { TurnTaker } from './support/turn-taker.ts';

let server: Server | undefined;
afterEach(
  () =>
    new Promise<void>((resolve) => {
      server?.closeAllConnections();
      if (server) server.close(() => resolve());
      else resolve();
      server = undefined;
    }),
);

async function endpoint(listener: RequestListener): Promise<{ baseUrl: string }> {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return { baseUrl: `http://127.0.0.1:${address.port}/v1` };
}

const answering = (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  function answer(_, response) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const error = (message: string, code: string | null = null) => ({ error: { message, code, type: 'error' } });

const STATUSES: [string, number, unknown, string, RegExp][] = [
  ['429', 429, error('slow down'), 'retry.throttled', /throttling \(429\).*slow down/],
  ['429 for an empty account', 429, error('pay', 'insufficient_quota'), 'ask.model-unavailable', /quota is used up/],
  ['402', 402, error('pay'), 'ask.model-unavailable', /quota is used up/],
  ['500', 500, error('oops'), 'retry.unreachable', /failed \(500\)/],
  ['503 in HTML', 503, '<html>busy</html>', 'retry.unreachable', /failed \(503\)/],
  ['408', 408, error('slow'), 'retry.unreachable', /408/],
  ['401', 401, error('bad key sk-test'), 'stop.forbidden', /refused the key \(401\): check OPENAI_API_KEY/],
  ['403', 403, error('no'), 'stop.forbidden', /403/],
  ['404', 404, error('no such model'), 'stop.not-found', /check BELAY_MODEL and OPENAI_BASE_URL: .*no such model/],
  ['400 by OpenAI’s code', 400, error('long', 'context_length_exceeded'), 'ask.model-unavailable', /BELAY_MODEL/],
  [
    '400 in vLLM’s words',
    400,
    error("This model's maximum context length is 8192 tokens. However, you requested 9000."),
    'ask.model-unavailable',
    /no longer fits model test-model at 127\.0\.0\.1:\d+: set BELAY_MODEL/,
  ],
  ['400 in Anthropic’s words', 400, error('prompt is too long: 210000 tokens'), 'ask.model-unavailable', /larger/],
  ['413', 413, '', 'ask.model-unavailable', /larger context window/],
  [
    '400 for anything else',
    400,
    error('unknown field'),
    'stop.invalid-input',
    /refused the request \(400\).*unknown field/,
  ],
  ['422', 422, error('bad'), 'stop.invalid-input', /422/],
];

describe('what a model endpoint answers, by what the caller must do', () => {
  test.each(STATUSES)('%s', async (_, status, body, type, message) => {
    let requests = 0;
    const double = await endpoint((request, response) => {
      requests += 1;
      answering(status, body)(request, response);
    });
    const failure: unknown = await new TurnTaker(double).take().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: 'Failure', type, message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('sk-test');
    // Retries are Temporal's.
    expect(requests).toBe(1);
  });

  test.each([
    ['HTML', '<html>portal</html>', { 'content-type': 'text/html' }],
    ['JSON that is something else', '{"ok":true}', {}],
    ['no choices', '{"choices":[]}', {}],
  ])('200 with %s names the variable that is probably wrong', async (_, body, headers) => {
    const taker = new TurnTaker(await endpoint(answering(200, body, headers)));
    await expect(taker.take()).rejects.toMatchObject({
      type: 'stop.unsupported',
      message: expect.stringContaining('OPENAI_BASE_URL'),
    });
    expect(taker.recorded.size).toBe(0);
  });

  test('200 with JSON that breaks off may be retried', async () => {
    const taker = new TurnTaker(await endpoint(answering(200, '{"choices":[{"mess')));
    await expect(taker.take()).rejects.toMatchObject({ type: 'retry.unreachable' });
  });

  test('a connection that is cut may be retried', async () => {
    const taker = new TurnTaker(await endpoint((request) => request.socket.destroy()));
    await expect(taker.take()).rejects.toMatchObject({
      type: 'retry.unreachable',
      message: expect.stringMatching(/cannot be reached/),
    });
  });

  test('a connection that is cut in the middle of an answer may be retried', async () => {
    const double = await endpoint((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"choices":', () => response.destroy());
    });
    await expect(new TurnTaker(double).take()).rejects.toMatchObject({ type: 'retry.unreachable' });
  });

  test('nobody listening may be retried', async () => {
    const { baseUrl } = await endpoint(answering(200, ''));
    await new Promise((resolve) => server?.close(resolve));
    await expect(new TurnTaker({ baseUrl }).take()).rejects.toMatchObject({ type: 'retry.unreachable' });
  });

  test('silence ends at the timeout and may be retried', async () => {
    const { baseUrl } = await endpoint(() => undefined);
    const model = { model: 'test-model', baseUrl, timeoutMs: 50 };
    await expect(new TurnTaker({ baseUrl }, { model }).take()).rejects.toMatchObject({
      type: 'retry.unreachable',
      message: expect.stringMatching(/did not answer in time/),
    });
  });

  test('a cancelled turn ends with the reason of its cancellation', async () => {
    const cancel = new AbortController();
    const reason = new Error('the run was cancelled');
    const double = await endpoint(() => cancel.abort(reason));
    await expect(new TurnTaker(double, { signal: cancel.signal }).take()).rejects.toBe(reason);
  });

  test('a turn cancelled before it began asks nobody', async () => {
    let requests = 0;
    const double = await endpoint(() => (requests += 1));
    await expect(new TurnTaker(double, { signal: AbortSignal.abort() }).take()).rejects.toThrow();
    expect(requests).toBe(0);
  });

  test('an endpoint that wants no key gets along without, and one that does says what to set', async () => {
    const double = await endpoint(answering(401, error('no key')));
    const taker = new TurnTaker(double, { model: { model: 'local', baseUrl: double.baseUrl } });
    await expect(taker.take()).rejects.toMatchObject({ message: expect.stringMatching(/set OPENAI_API_KEY$/) });
  });
});

describe('whether and when to try again', () => {
  const settings = { model: 'm', apiKey: 'sk-test' };
  const now = Date.parse('2026-11-21T12:00:00Z');
  test.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['parts of seconds', { 'retry-after': '0.5' }, 500],
    ['an HTTP date', { 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }, 30_000],
    ['a date gone by', { 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, 0],
    ['milliseconds, where both are given', { 'retry-after': '9', 'retry-after-ms': '1250' }, 1_250],
    ['a year, cut to an hour', { 'retry-after': '31536000' }, 3_600_000],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['minus one', { 'retry-after-ms': '-1' }, undefined],
    ['nothing', {}, undefined],
  ])('%s', (_, headers, expected) => {
    const failure = modelFailure({ status: 429, headers: new Headers(headers) }, settings, now);
    expect(failure).toMatchObject({ type: 'retry.throttled', retryAfterMs: expected });
  });

  test('the header of a real answer arrives', async () => {
    const double = await endpoint(answering(429, error('slow'), { 'retry-after': '3' }));
    await expect(new TurnTaker(double).take()).rejects.toMatchObject({ type: 'retry.throttled', retryAfterMs: 3_000 });
  });

  test.each([
    [
      'an answer cut off by the network',
      new TypeError('terminated', { cause: new Error('closed') }),
      'retry.unreachable',
    ],
    [
      'an answer of another shape',
      new TypeError("Cannot read properties of null (reading 'message')"),
      'stop.unsupported',
    ],
    ['an answer that is not all there', new SyntaxError('Unterminated string in JSON'), 'retry.unreachable'],
    ['something that is no error', 'oops', 'retry.unreachable'],
  ])('%s', (_, cause, type) => {
    expect(modelFailure(cause, settings, now)).toMatchObject({ type, cause });
  });

  test('a key that the provider echoes is not repeated', () => {
    const failure = modelFailure({ status: 400, message: 'unknown field for sk-test' }, settings, now);
    expect(failure.message).toContain('unknown field for [key]');
  });
});

describe('usage that nobody reported', () => {
  test('is estimated, so that a budget still holds', async () => {
    const message = { role: 'assistant', content: 'x'.repeat(400) };
    const double = await endpoint(answering(200, { choices: [{ index: 0, message, finish_reason: 'stop' }] }));
    const { usage } = await new TurnTaker(double).take();
    expect(usage.outputTokens).toBeGreaterThanOrEqual(100);
    expect(usage.inputTokens).toBeGreaterThan(500);
  });
});
