import { z } from 'zod';
import { Digest, digestOf } from './digest.ts';

/**
 * What the authority signs, hourly and on demand, about everything that was recorded until then. `root` is the Merkle
 * root over the heads that moved since the checkpoint before (all of them, in the first); with `prev` it fixes every
 * entry of every chain, at a cost that follows what is new and not what is old.
 */
export const Checkpoint = z.object({
  v: z.literal(1),
  type: z.literal('belay/checkpoint'),
  number: z.number().int().positive(),
  at: z.iso.datetime(),
  /** The last number that was taken, and its hash. */
  sequence: z.object({ number: z.number().int().min(0), hash: Digest }),
  root: Digest,
  /** Heads under the root. */
  moved: z.number().int().min(0),
  /** Of the whole ledger. */
  chains: z.number().int().min(0),
  entries: z.number().int().min(0),
  /** Digest of the checkpoint before; null for the first. */
  prev: Digest.nullable(),
  keyId: z.string(),
  signature: z.string(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** The part of a checkpoint its signature covers; `type` keeps it from passing for anything else that is signed. */
export function checkpointPart(
  checkpoint: Omit<Checkpoint, 'signature'> & { signature?: string },
): Omit<Checkpoint, 'signature'> {
  const { signature: _, ...rest } = checkpoint;
  return rest;
}

/** What the next checkpoint, the ledger and people name a checkpoint by; its signature is part of it. */
export const checkpointDigest = (checkpoint: Checkpoint): Digest => digestOf(checkpoint);
