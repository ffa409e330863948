import { describe, expect, test } from '@jest/globals';
import { capProblem } from '../../../src/authority/caps/cap-problem.ts';
import { withinCaps } from '../../../src/authority/caps/within-caps.ts';
import type { Cap } from '../../../src/domain/cap.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import { previewOf } from '../../support/authority-fixture.ts';

const of = (count: number, percent?: number, tool = 'kubernetes.scale') => ({
  ...previewOf('checkout', { tool }),
  blastRadius: { count, unit: 'pods', ...(percent === undefined ? {} : { percent }) },
  id: `r-aaaaaaaa/${count}`,
  digest: digestOf([tool, count]),
});
const SCALE: Cap = { tool: 'kubernetes.scale', count: 5 };
const SHARE: Cap = { tool: 'kubernetes.*', percent: 20 };

describe('a cap', () => {
  test.each<[string, Cap[], ReturnType<typeof of>[], RegExp | undefined]>([
    ['at its count', [SCALE], [of(5)], undefined],
    ['over its count', [SCALE], [of(6)], /touches 6 pods, and kubernetes\.scale may touch 5 at once/],
    ['over its count together', [SCALE], [of(3), of(3)], /touches 6 pods/],
    ['of another tool', [SCALE], [of(50, 1, 'kubernetes.rollout_undo')], undefined],
    ['at its share', [SHARE], [of(1, 20)], undefined],
    ['over its share', [SHARE], [of(1, 20.1)], /touches 20\.1 %, and kubernetes\.\* may touch 20 % at once/],
    ['whose share nobody knows', [SHARE], [of(1)], /nobody knows how much/],
    ['of several, the one that is passed', [{ ...SCALE, count: 9 }, SCALE], [of(6)], /may touch 5/],
    [
      'counted tool by tool',
      [{ tool: 'kubernetes.*', count: 5 }],
      [of(3), of(3, 1, 'kubernetes.rollout_undo')],
      undefined,
    ],
    ['of a system whose name begins the same', [{ tool: 'kube.*', count: 1 }], [of(9)], undefined],
    ['that is none', [], [of(1000)], undefined],
  ])('%s', (_, caps, actions, problem) => {
    const said = capProblem(caps, actions);
    if (problem === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(problem);
  });
});

describe('of the options of a plan', () => {
  const option = (id: string, actions: ReturnType<typeof of>[], manual: string | null = null) => ({
    id,
    title: id,
    why: '',
    manual,
    recommended: false,
    digest: digestOf(id),
    actions,
  });

  test('those over a cap are left out, and said; the others are asked', () => {
    const judged = withinCaps([SCALE], [option('all', [of(50)]), option('one', [of(1)]), option('nothing', [])]);
    expect(judged.options.map(({ id }) => id)).toEqual(['one', 'nothing']);
    expect(judged).toMatchObject({ leftOut: [expect.stringContaining('50 pods')], forbidden: undefined });
  });

  test.each([
    ['doing nothing', option('nothing', []), true],
    ['something by hand', option('hand', [], 'page the vendor'), false],
  ])('where only %s is left, nobody is asked to choose it: %s', (_, left, forbidden) => {
    const judged = withinCaps([SCALE], [option('all', [of(50)]), left]);
    expect(judged.forbidden !== undefined).toBe(forbidden);
  });

  test('a plan that never had anything to do is not forbidden by a cap', () => {
    expect(withinCaps([SCALE], [option('nothing', [])])).toMatchObject({ leftOut: [], forbidden: undefined });
  });
});
