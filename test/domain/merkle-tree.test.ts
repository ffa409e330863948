import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { merkleProof, merkleRoot, merkleTree, rootOf } from '../../src/domain/merkle.ts';

const leaves = fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 40 });

test('the proofs of a whole tree are those of its leaves one by one, under the same root', () => {
  fc.assert(
    fc.property(leaves, (all) => {
      const { root, proofs } = merkleTree(all);
      expect(root).toBe(merkleRoot(all));
      for (const [at, leaf] of all.entries()) {
        expect(proofs[at]).toEqual(merkleProof(all, at));
        expect(rootOf(leaf, proofs[at] ?? [])).toBe(root);
      }
    }),
  );
});

test('no other leaf is under the root by the proof of one, and no leaf by another proof', () => {
  fc.assert(
    fc.property(leaves, fc.nat(), fc.integer(), (all, at, other) => {
      fc.pre(!all.includes(other) && all.length > 1);
      const { root, proofs } = merkleTree(all);
      const here = at % all.length;
      const next = (here + 1) % all.length;
      expect(rootOf(other, proofs[here] ?? [])).not.toBe(root);
      expect(rootOf(all[here], proofs[next] ?? [])).not.toBe(root);
    }),
  );
});
