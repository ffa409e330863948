import { byChain, type ChainHead, headLeaf } from '../../../domain/chain-head.ts';
import type { SealProof } from '../../../domain/ledger-bundle.ts';
import { merkleProof } from '../../../domain/merkle.ts';
import type { Database } from '../../../platform/database/connect.ts';

/** For each chain the last checkpoint that covers some of it, with the way to its root. Chains that none covers are left out. */
export async function proofsOf(db: Database, chains: readonly ChainHead[]): Promise<SealProof[]> {
  const proofs: SealProof[] = [];
  const leaves = new Map<number, ChainHead[]>();
  for (const { chain, seq } of chains) {
    const last = await db
      .selectFrom('checkpoint_heads')
      .selectAll()
      .where('chain', '=', chain)
      .where('seq', '<=', seq)
      .orderBy('checkpoint', 'desc')
      .executeTakeFirst();
    if (!last) continue;
    const { checkpoint } = last;
    const under = leaves.get(checkpoint) ?? (await headsUnder(db, checkpoint));
    leaves.set(checkpoint, under);
    const index = under.findIndex((head) => head.chain === chain);
    proofs.push({ chain, seq: last.seq, hash: last.hash, checkpoint, proof: merkleProof(under.map(headLeaf), index) });
  }
  return proofs;
}

async function headsUnder(db: Database, checkpoint: number): Promise<ChainHead[]> {
  const heads = await db
    .selectFrom('checkpoint_heads')
    .select(['chain', 'seq', 'hash'])
    .where('checkpoint', '=', checkpoint)
    .execute();
  return heads.toSorted(byChain);
}
