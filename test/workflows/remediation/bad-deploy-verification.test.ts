import { describe, expect, test } from '@jest/globals';
import { type Verdict, verdictOf } from '../../../src/domain/verdict.ts';
import { judgeHealth } from '../../../src/workflows/remediation/bad-deploy-verification.ts';
import type { Findings } from '../../../src/workflows/remediation/bad-deploy-findings.ts';
import { findings, input, number } from './findings.ts';

const ACTION = 'r-00000000/1';
interface After {
  readonly errors?: number | null | 'none';
  readonly requests?: number | null | 'none';
  readonly workload?: Partial<Findings['workload']['facts']> | 'unread';
}

const checksAfter = ({ errors = 0.001, requests = 500, workload = {} }: After, before = findings()) =>
  judgeHealth(
    input(),
    before,
    {
      errors: number(errors),
      requests: number(requests),
      workload:
        workload === 'unread'
          ? { facts: undefined, evidence: undefined, failure: 'the cluster cannot be reached' }
          : { ...before.workload, facts: { ...before.workload.facts, lastAction: ACTION, ...workload } },
    },
    { option: 'undo-rollout', actions: [ACTION] },
  );

describe('whether it helped', () => {
  const cases: [string, After, Verdict][] = [
    ['errors gone, all ready, still ours', {}, 'healthy'],
    ['errors as before', { errors: 0.4 }, 'failed'],
    ['errors just over the limit', { errors: 0.0501 }, 'failed'],
    ['not all ready', { workload: { ready: 2 } }, 'failed'],
    ['not rolled out', { workload: { rolledOut: false } }, 'failed'],
    ['NaN: nobody asked anything of it', { errors: null }, 'inconclusive'],
    ['no requests in the window', { requests: 0 }, 'inconclusive'],
    ['the workload cannot be read', { workload: 'unread' }, 'inconclusive'],
    ['somebody else changed it meanwhile', { workload: { lastAction: 'r-11111111/1' } }, 'inconclusive'],
    ['its mark is gone', { workload: { lastAction: null } }, 'inconclusive'],
    ['it was taken back meanwhile', { workload: { lastAction: `${ACTION}:undo` } }, 'inconclusive'],
  ];
  test.each(cases)('%s', (_, after, verdict) => {
    expect(verdictOf(checksAfter(after))).toBe(verdict);
  });

  test('never healthy without a sample, however the rest looks', () => {
    const empty = { ...number('none') };
    const checks = judgeHealth(
      input(),
      findings(),
      { errors: empty, requests: empty, workload: findings().workload },
      { option: 'watch', actions: [] },
    );
    expect(verdictOf(checks)).toBe('inconclusive');
    expect(checks[0]).toMatchObject({ seen: 'no samples', passed: null, samples: 0 });
  });

  test('a workload that always failed a little is held to what it was', () => {
    const before = findings({ errorsBefore: 0.1 });
    expect(verdictOf(checksAfter({ errors: 0.11 }, before))).toBe('healthy');
    expect(verdictOf(checksAfter({ errors: 0.13 }, before))).toBe('failed');
  });

  test('each check says what was expected and seen', () => {
    for (const { name, expected, seen } of checksAfter({ workload: 'unread' }))
      expect(`${name}${expected}${seen}`).not.toMatch(/undefined|null|NaN/);
  });
});
