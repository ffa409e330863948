import { z } from 'zod';
import { Digest, digestOf } from './digest.ts';

/** A hash on the way from a leaf to the root, and on which side it stands. */
export const ProofStep = z.object({ side: z.enum(['left', 'right']), hash: Digest });
export type ProofStep = z.infer<typeof ProofStep>;

// A leaf can never pass for a node: they are hashed under other names.
const leafHash = (leaf: unknown): Digest => digestOf({ v: 1, leaf });
const nodeHash = (left: Digest, right: Digest): Digest => digestOf({ v: 1, node: [left, right] });

/** The layers of the tree over these leaves, the root's last. A hash without a neighbour moves up as it is. */
function layersOver(leaves: readonly unknown[]): Digest[][] {
  const layers = [leaves.map(leafHash)];
  for (let below = layers[0] ?? []; below.length > 1; below = layers.at(-1) ?? []) {
    const layer: Digest[] = [];
    for (let at = 0; at < below.length; at += 2) {
      const [left, right] = below.slice(at, at + 2);
      if (left !== undefined) layer.push(right === undefined ? left : nodeHash(left, right));
    }
    layers.push(layer);
  }
  return layers;
}

/** The Merkle root over leaves in this order; over none it is the hash of nothing. */
export const merkleRoot = (leaves: readonly unknown[]): Digest =>
  layersOver(leaves).at(-1)?.[0] ?? digestOf({ v: 1, empty: true });

function proofIn(layers: readonly (readonly Digest[])[], index: number): ProofStep[] {
  let at = index;
  return layers.flatMap((layer) => {
    const side = at % 2 === 0 ? ('right' as const) : ('left' as const);
    const hash = layer[side === 'right' ? at + 1 : at - 1];
    at = Math.floor(at / 2);
    return hash === undefined ? [] : [{ side, hash }];
  });
}

/** What shows, without the other leaves, that the leaf at this place is under the root; in order from leaf to root. */
export const merkleProof = (leaves: readonly unknown[], index: number): ProofStep[] =>
  proofIn(layersOver(leaves), index);

/** The root and the proof of every leaf, each hash taken once. */
export function merkleTree(leaves: readonly unknown[]): { root: Digest; proofs: ProofStep[][] } {
  const layers = layersOver(leaves);
  return {
    root: layers.at(-1)?.[0] ?? digestOf({ v: 1, empty: true }),
    proofs: leaves.map((_, index) => proofIn(layers, index)),
  };
}

/** The root that a leaf and its proof lead to. */
export const rootOf = (leaf: unknown, proof: readonly ProofStep[]): Digest =>
  proof.reduce(
    (hash, step) => (step.side === 'left' ? nodeHash(step.hash, hash) : nodeHash(hash, step.hash)),
    leafHash(leaf),
  );
