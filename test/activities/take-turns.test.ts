import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { takeTurns } from '../../src/activities/take-turns.ts';

test('never more at once than may be, all of them in the end, in the order they came, also when some fail', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      async (atOnce, fails) => {
        const inTurn = takeTurns(atOnce);
        const begun: number[] = [];
        let running = 0;
        let most = 0;
        const work = (index: number, fail: boolean) => async () => {
          begun.push(index);
          most = Math.max(most, (running += 1));
          await Promise.resolve();
          await Promise.resolve();
          running -= 1;
          if (fail) throw new Error('it failed');
          return index;
        };
        const results = await Promise.allSettled(fails.map((fail, index) => inTurn(work(index, fail))));
        expect(results.map(({ status }) => status === 'rejected')).toEqual(fails);
        expect(begun).toEqual(fails.map((_, index) => index));
        expect(most).toBeLessThanOrEqual(atOnce);
      },
    ),
  );
});
