import { sql } from 'kysely';
import { byChain, type ChainHead, headLeaf } from '../../../domain/chain-head.ts';
import { Checkpoint, checkpointPart } from '../../../domain/checkpoint.ts';
import { type Digest, digestOf } from '../../../domain/digest.ts';
import { SYSTEM_CHAIN } from '../../../domain/ledger.ts';
import { merkleRoot } from '../../../domain/merkle.ts';
import type { Trx } from '../../../platform/database/connect.ts';
import type { SigningKey } from '../../keys/signing-key.ts';

/** Entries that were there when a checkpoint was sealed and are gone or others now. */
async function movedHeads(trx: Trx): Promise<string[]> {
  const { rows } = await sql<{ chain: string; seq: number; checkpoint: number }>`
    select distinct on (c.chain) c.chain, c.seq, c.checkpoint from checkpoint_heads c
      left join ledger l on l.run = c.chain and l.seq = c.seq
      where l.hash is distinct from c.hash order by c.chain, c.checkpoint`.execute(trx);
  return rows.map(
    ({ chain, seq, checkpoint }) =>
      `run ${chain}, entry ${seq}: it is not the one that checkpoint ${checkpoint} sealed`,
  );
}

/** The number and digest of every checkpoint that the system chain says was sealed. */
async function sealedByRecord(trx: Trx): Promise<Map<number, unknown>> {
  const rows = await trx
    .selectFrom('ledger')
    .select('body')
    .where('run', '=', SYSTEM_CHAIN)
    .where('kind', '=', 'checkpoint.sealed')
    .orderBy('seq')
    .execute();
  return new Map(
    rows.flatMap(({ body }) => {
      try {
        const { number, digest } = JSON.parse(body);
        return [[number, digest] as const];
      } catch {
        // The chain's own check names an entry that is no JSON.
        return [];
      }
    }),
  );
}

/** What is wrong with the sealed checkpoints: their chain, signatures, roots, and what stands in the ledger under them. */
export async function checkpointProblems(trx: Trx, key: Pick<SigningKey, 'verify'>): Promise<string[]> {
  const problems: string[] = [];
  const sealed = await sealedByRecord(trx);
  const rows = await trx.selectFrom('checkpoints').select(['number', 'record']).orderBy('number').execute();
  const lengths = new Map<string, number>();
  let prev: Digest | null = null;
  for (const [index, { number, record }] of rows.entries()) {
    const say = (what: string) => problems.push(`checkpoint ${number}: ${what}`);
    const { data } = Checkpoint.safeParse(record);
    const digest = digestOf(record);
    if (number !== index + 1) say(`checkpoint ${index + 1} before it is missing`);
    if (!data || data.number !== number) say('it is none');
    else {
      if (!key.verify(checkpointPart(data), data.keyId, data.signature)) say('its signature does not hold');
      if (data.prev !== prev) say('it does not follow the one before it');
      const heads: ChainHead[] = await trx
        .selectFrom('checkpoint_heads')
        .select(['chain', 'seq', 'hash'])
        .where('checkpoint', '=', number)
        .execute();
      if (merkleRoot(heads.toSorted(byChain).map(headLeaf)) !== data.root || heads.length !== data.moved)
        say('the heads under its root were changed in table checkpoint_heads');
      for (const { chain, seq } of heads) lengths.set(chain, seq);
      const entries = [...lengths.values()].reduce((sum, seq) => sum + seq, 0);
      if (lengths.size !== data.chains || entries !== data.entries) say('its counts are not those of its heads');
      const place = await trx
        .selectFrom('sequence')
        .select('hash')
        .where('number', '=', data.sequence.number)
        .executeTakeFirst();
      if (data.sequence.number > 0 && place?.hash !== data.sequence.hash)
        say(`number ${data.sequence.number} of the sequence is not the one it sealed`);
    }
    if (sealed.get(number) !== digest) say('the ledger does not say that this one was sealed');
    sealed.delete(number);
    prev = digest;
  }
  for (const number of sealed.keys())
    problems.push(`checkpoint ${number}: it was sealed and is gone from the database`);
  return [...problems, ...(await movedHeads(trx))];
}
