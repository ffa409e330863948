import { describe, expect, test } from '@jest/globals';
import { codeOf, reasonOf } from '../../src/platform/problem.ts';

const coded = (code: string, message = ''): Error => Object.assign(new Error(message), { code });

describe('what is said of an error', () => {
  const cases: [name: string, error: unknown, reason: string, code: string | undefined][] = [
    ['a plain one', new Error('no\n  luck'), 'no luck', undefined],
    ['one with a code and no message', coded('ECONNREFUSED'), 'ECONNREFUSED', 'ECONNREFUSED'],
    [
      'both addresses of a name',
      new AggregateError([coded('ECONNREFUSED', 'connect ::1'), coded('EX')], ''),
      'connect ::1',
      'ECONNREFUSED',
    ],
    [
      'fetch, which hides its reason',
      new TypeError('fetch failed', { cause: coded('ENOTFOUND', 'no such name') }),
      'no such name',
      'ENOTFOUND',
    ],
    ['text', 'gone', 'gone', undefined],
    ['nothing', undefined, 'undefined', undefined],
  ];
  test.each(cases)('%s', (_name, error, reason, code) => {
    expect([reasonOf(error), codeOf(error)]).toEqual([reason, code]);
  });
});
