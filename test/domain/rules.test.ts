import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Failure, FailureType, isRetryable } from '../../src/domain/failure.ts';
import { SignedRunPermit } from '../../src/domain/permit.ts';
import { Person } from '../../src/domain/person.ts';
import { AGENTS_QUEUE, kindOfQueue, queueOf, RUNBOOKS_QUEUE, systemOf } from '../../src/domain/queue.ts';
import { isOver, RunState } from '../../src/domain/run.ts';
import { keysOverlap } from '../../src/domain/target.ts';
import { type Check, verdictOf } from '../../src/domain/verdict.ts';

const check = (passed: boolean | null, samples: number): Check => ({
  name: 'error ratio',
  expected: 'under 1 %',
  seen: '?',
  passed,
  samples,
});

describe('a verdict', () => {
  test.each<[string, Check[], string]>([
    ['no check at all', [], 'inconclusive'],
    ['all passed', [check(true, 3), check(true, 1)], 'healthy'],
    ['passed on zero samples', [check(true, 0)], 'inconclusive'],
    ['one of two passed on zero samples', [check(true, 5), check(true, 0)], 'inconclusive'],
    ['no answer', [check(null, 0)], 'inconclusive'],
    ['no answer, though samples are claimed', [check(null, 9)], 'inconclusive'],
    ['failed on zero samples', [check(false, 0)], 'inconclusive'],
    ['one failed', [check(true, 5), check(false, 1)], 'failed'],
    ['one failed, one without answer', [check(null, 0), check(false, 1)], 'failed'],
  ])('on %s', (_, checks, verdict) => {
    expect(verdictOf(checks)).toBe(verdict);
  });

  test('is healthy exactly when there are checks and each passed on samples; their order is nothing', () => {
    const checks = fc.array(
      fc
        .tuple(fc.constantFrom(true, false, null), fc.nat({ max: 2 }))
        .map(([passed, samples]) => check(passed, samples)),
    );
    fc.assert(
      fc.property(checks, (list) => {
        const all = list.length > 0 && list.every((one) => one.passed === true && one.samples > 0);
        return (verdictOf(list) === 'healthy') === all && verdictOf(list.toReversed()) === verdictOf(list);
      }),
    );
  });
});

describe('queues', () => {
  const name = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);

  test('a tool runs on the queue of its system and connection, and no two share one', () => {
    expect(queueOf(systemOf('kubernetes.rollout_undo'), 'default')).toBe('tools.kubernetes.default');
    fc.assert(
      fc.property(name, name, name, name, (a, b, c, d) => {
        fc.pre(a !== c || b !== d);
        return queueOf(a, b) !== queueOf(c, d) && kindOfQueue(queueOf(a, b)) === 'tools';
      }),
    );
  });

  test.each([
    [RUNBOOKS_QUEUE, 'runbooks'],
    [AGENTS_QUEUE, 'agents'],
    ['tools.kubernetes.default', 'tools'],
    ['tools.kubernetes', undefined],
    ['tools.kubernetes.default.more', undefined],
    ['tools..default', undefined],
    ['runbooks2', undefined],
    ['Tools.kubernetes.default', undefined],
    ['tools.kubernetes.default\n', undefined],
    ['__proto__', undefined],
    ['', undefined],
  ])('the kind of %j is %s', (queue, kind) => {
    expect(kindOfQueue(queue)).toBe(kind);
  });
});

describe('lock keys', () => {
  test.each([
    ['kubernetes:u/shop/deployments/checkout', 'kubernetes:u/shop/deployments/checkout', true],
    ['kubernetes:u/shop', 'kubernetes:u/shop/deployments/checkout', true],
    ['kubernetes:u/shop/deployments/checkout', 'kubernetes:u/shop/deployments/checkout2', false],
    ['kubernetes:u/shop', 'kubernetes:u/shop2/deployments/checkout', false],
    ['kubernetes:u/shop/deployments/a', 'kubernetes:u/shop/deployments/b', false],
    ['kubernetes:u1/shop', 'kubernetes:u2/shop', false],
  ])('%s and %s overlap: %s', (a, b, overlap) => {
    expect(keysOverlap(a, b)).toBe(overlap);
    expect(keysOverlap(b, a)).toBe(overlap);
  });

  test('a key overlaps itself, its parents and its children, and nothing else', () => {
    const key = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(key, key, (a, b) => {
        const shorter = Math.min(a.length, b.length);
        const related = a.slice(0, shorter).every((part, at) => part === b[at]);
        return keysOverlap(a.join('/'), b.join('/')) === related;
      }),
    );
  });
});

describe('states and failures', () => {
  test('a run is over when it is finished, cancelled or failed; a halted or waiting one is not', () => {
    expect(RunState.options.filter(isOver)).toEqual(['finished', 'cancelled', 'failed']);
  });

  test('only what is called retry may be tried again', () => {
    expect(FailureType.options.filter(isRetryable)).toEqual(
      FailureType.options.filter((type) => ['retry.unreachable', 'retry.throttled', 'retry.not-yet'].includes(type)),
    );
    expect(new Failure('retry.throttled', 'later', { retryAfterMs: 5 })).toMatchObject({
      name: 'Failure',
      retryAfterMs: 5,
    });
    expect(new Failure('stop.forbidden', 'no').retryAfterMs).toBeUndefined();
  });
});

describe('a permit and a person', () => {
  const permit = {
    v: 1,
    run: 'r-aaaaaaaa',
    execution: 'e',
    runbook: 'remediation/bad-deploy',
    tools: ['kubernetes.pods'],
    connections: ['kubernetes.default'],
    expiresAt: '2026-01-01T00:00:00.000Z',
  };

  test('a permit names run, execution, tools, connections and an end; one without any of them is none', () => {
    const signed = { permit, keyId: 'k', signature: 's' };
    expect(SignedRunPermit.safeParse(signed).success).toBe(true);
    for (const field of Object.keys(permit)) {
      const less = Object.fromEntries(Object.entries(permit).filter(([key]) => key !== field));
      expect(SignedRunPermit.safeParse({ ...signed, permit: less }).success).toBe(false);
    }
  });

  test.each([
    ['an empty id', { id: '', name: 'Ann', door: 'api' }],
    ['an unknown door', { id: 'local:ann', name: 'Ann', door: 'email' }],
    ['a name of 201 characters', { id: 'local:ann', name: 'a'.repeat(201), door: 'api' }],
  ])('a person with %s is refused', (_, person) => {
    expect(Person.safeParse(person).success).toBe(false);
  });
});
