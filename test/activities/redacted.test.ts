import { describe, expect, test } from '@jest/globals';
import { CancelledFailure } from '@temporalio/activity';
import { clean, cleanFacts, redacted } from '../../src/activities/redacted.ts';
import { Failure } from '../../src/domain/failure.ts';

const SECRET = 'postgres://app:hunter2secret@db:5432/shop';
const failing = async (error: unknown): Promise<unknown> => {
  try {
    return await redacted(async () => {
      // oxlint-disable-next-line typescript/only-throw-error -- what is thrown is the question
      throw error;
    });
  } catch (thrown) {
    return thrown;
  }
};

describe('what leaves a tools worker', () => {
  test('an error carries no secret, neither in its message nor its stack nor its cause', async () => {
    const error = new Error(`cannot connect to ${SECRET}`, { cause: new Error(SECRET) });
    const thrown = await failing(error);
    expect(thrown).toBeInstanceOf(Error);
    if (!(thrown instanceof Error)) return;
    expect(`${thrown.message}\n${thrown.stack}\n${String(thrown.cause)}`).not.toContain('hunter2secret');
    expect(thrown.message).toContain('cannot connect to [redacted');
  });

  test('a failure keeps its type and when to come back', async () => {
    const failure = new Failure('retry.throttled', SECRET, { retryAfterMs: 5, cause: new Error(SECRET) });
    const thrown = await failing(failure);
    expect(thrown).toMatchObject({ type: 'retry.throttled', retryAfterMs: 5 });
    expect(thrown).not.toHaveProperty('cause');
  });

  test('a cancellation stays one, and an abort keeps its name', async () => {
    const cancelled = new CancelledFailure('CANCELLED');
    expect(await failing(cancelled)).toBe(cancelled);
    expect(await failing(new DOMException('aborted', 'AbortError'))).toMatchObject({ name: 'AbortError' });
  });

  test.each([
    ['text', `no ${SECRET}`],
    ['an object', { message: SECRET }],
    ['nothing', undefined],
  ])('what was thrown and is no error (%s) leaves as one', async (_, thrown) => {
    const error = await failing(thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain('hunter2secret');
  });

  test('a page of HTML does not come along', async () => {
    const error = await failing(new Error('x'.repeat(100_000)));
    expect(String(error).length).toBeLessThan(2100);
  });

  test('facts stay well-formed whatever is in them', async () => {
    const facts = {
      cookie: 'Cookie: session=abcdef',
      log: 'password="hun\\"ter2" and more',
      nested: [{ line: 'Authorization: Bearer abcdefghijklmnopqrstuvwx', n: 1, none: null, yes: true }],
      after: 'kept',
    };
    const cleaned = await cleanFacts(facts);
    expect(cleaned).toMatchObject({ after: 'kept', nested: [{ n: 1, none: null, yes: true }] });
    expect(JSON.stringify(cleaned)).not.toMatch(/abcdef|ter2/);
  });

  test('a fact that only its key gives away is redacted whole', async () => {
    expect(await cleanFacts({ password: 'correct horse battery', user: 'ada' })).toEqual({
      password: '[redacted]',
      user: 'ada',
    });
  });

  test('a secret split by an unseen character is still found', async () => {
    expect(await clean('token=abc\u200bdefghijklmnop', 100)).not.toContain('defghij');
  });
});
