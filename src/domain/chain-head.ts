import { z } from 'zod';
import { Digest } from './digest.ts';

/** How far a chain goes: its last entry's number and hash. */
export const ChainHead = z.object({ chain: z.string(), seq: z.number().int().positive(), hash: Digest });
export type ChainHead = z.infer<typeof ChainHead>;

/** A head as it stands under a checkpoint's Merkle root. */
export const headLeaf = ({ chain, seq, hash }: ChainHead) => [chain, seq, hash] as const;

/** The order of heads under a root: by chain, as bytes, whatever the database's collation. */
export const byChain = (a: ChainHead, b: ChainHead): number => (a.chain < b.chain ? -1 : Number(a.chain > b.chain));
