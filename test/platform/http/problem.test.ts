import { describe, expect, test } from '@jest/globals';
import { Failure, FailureType } from '../../../src/domain/failure.ts';
import { fromProblem, Problem, retryAfterOf, statusOf, toProblem } from '../../../src/platform/http/problem.ts';

describe('a failure over HTTP', () => {
  test.each(FailureType.options)('%s comes out as it went in', (type) => {
    const failure = new Failure(type, 'cluster prod: not reachable; check its address', { retryAfterMs: 3000 });
    const problem = Problem.parse(JSON.parse(JSON.stringify(toProblem(failure))));
    const seconds = retryAfterOf(failure);
    const back = fromProblem(problem.status, problem, seconds === undefined ? null : String(seconds));
    expect([back.type, back.message, back.retryAfterMs]).toEqual([type, failure.message, 3000]);
  });

  test('every type has a status of the error kind, and one that says "later" is never a client\'s fault alone', () => {
    expect(FailureType.options.length).toBeGreaterThan(5);
    for (const type of FailureType.options) expect(statusOf(type)).toBeGreaterThanOrEqual(400);
    expect(statusOf('retry.unreachable')).toBe(503);
  });

  test.each([
    [502, '<html>bad gateway</html>', 'retry.unreachable'],
    [504, undefined, 'retry.unreachable'],
    [429, {}, 'retry.throttled'],
    [401, { title: 'x' }, 'stop.forbidden'],
    [403, null, 'stop.forbidden'],
    [404, [], 'stop.not-found'],
    [413, 7, 'stop.invalid-input'],
    [500, { type: 'urn:belay:failure:nonsense', title: 'x', status: 500, detail: 'd' }, 'retry.unreachable'],
  ] as const)('an answer that is no problem of ours is judged by its status: %d', (status, body, type) => {
    expect(fromProblem(status, body, null)).toMatchObject({ name: 'Failure', type });
  });
});
