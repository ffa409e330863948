import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { fit } from '../../src/tools/fit.ts';

test('a list of facts is never over 16 KiB, never over its maximum, and always the beginning of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3000 }), { maxLength: 60 }), fc.nat(50), (items, max) => {
      const kept = fit(items, max);
      expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(16 * 1024);
      expect(kept.length).toBeLessThanOrEqual(max);
      expect(items.slice(0, kept.length)).toEqual(kept);
    }),
  );
});
