import { sql } from 'kysely';
import { byChain, type ChainHead, headLeaf } from '../../domain/chain-head.ts';
import { Checkpoint, checkpointDigest } from '../../domain/checkpoint.ts';
import { digestOf } from '../../domain/digest.ts';
import { SYSTEM_CHAIN } from '../../domain/ledger.ts';
import { merkleRoot } from '../../domain/merkle.ts';
import { SEQUENCE_ROOT } from '../../domain/sequence.ts';
import { again } from '../../platform/database/again.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from './append.ts';

/** Heads that moved since they were last under a root. */
const moved = sql<ChainHead>`
  select h.run as chain, h.seq, h.hash from ledger_heads h
    left join lateral (select seq, hash from checkpoint_heads c where c.chain = h.run order by checkpoint desc limit 1) l on true
    where h.seq > 0 and (l.seq, l.hash) is distinct from (h.seq, h.hash)`;

/** Nothing was recorded since but that the last checkpoint was sealed; sealing that would go on for ever. */
async function isStill(trx: Trx, heads: readonly ChainHead[], before: Checkpoint | undefined): Promise<boolean> {
  const [head, ...others] = heads;
  if (!before || others.length > 0) return false;
  if (head === undefined) return true;
  if (head.chain !== SYSTEM_CHAIN) return false;
  const { kind, body } = await trx
    .selectFrom('ledger')
    .select(['kind', 'body'])
    .where('run', '=', SYSTEM_CHAIN)
    .where('seq', '=', head.seq)
    .executeTakeFirstOrThrow();
  return (
    kind === 'checkpoint.sealed' &&
    JSON.parse(body).number === before.number &&
    (await totals(trx)).entries === before.entries + 1
  );
}

const totals = (trx: Trx) =>
  trx
    .selectFrom('ledger_heads')
    .select((eb) => [
      eb.fn.countAll<number>().as('chains'),
      eb.fn.coalesce(eb.fn.sum<number>('seq'), sql<number>`0`).as('entries'),
    ])
    .where('seq', '>', 0)
    .executeTakeFirstOrThrow();

async function sealIn(trx: Trx, context: AuthorityContext): Promise<Checkpoint> {
  const now = context.now();
  const last = await trx
    .selectFrom('checkpoints')
    .select(['number', 'record'])
    .orderBy('number', 'desc')
    .executeTakeFirst();
  const before = Checkpoint.safeParse(last?.record).data;
  const heads = (await moved.execute(trx)).rows.toSorted(byChain);
  if (before && (await isStill(trx, heads, before))) return before;
  const { number, hash } =
    (await trx.selectFrom('sequence_head').select(['number', 'hash']).executeTakeFirst()) ?? SEQUENCE_ROOT;
  const unsigned = {
    v: 1 as const,
    type: 'belay/checkpoint' as const,
    number: (last?.number ?? 0) + 1,
    at: now.toISOString(),
    sequence: { number, hash },
    root: merkleRoot(heads.map(headLeaf)),
    moved: heads.length,
    ...(await totals(trx)),
    // Of what is stored under the last number, whatever became of it: whether it is ours is for `verify` to say.
    prev: last ? digestOf(last.record) : null,
    keyId: context.key.keyId,
  };
  const sealed: Checkpoint = { ...unsigned, signature: context.key.sign(unsigned) };
  await trx
    .insertInto('checkpoints')
    .values({ number: sealed.number, record: JSON.stringify(sealed), sealed_at: now })
    .execute();
  await sql`insert into checkpoint_heads (checkpoint, chain, seq, hash)
    select ${sealed.number}, m.* from (${moved}) m`.execute(trx);
  // This entry is what the next checkpoint covers: a checkpoint cannot have its own hash below it.
  await append(trx, now, SYSTEM_CHAIN, 'checkpoint.sealed', {
    number: sealed.number,
    digest: checkpointDigest(sealed),
    entries: sealed.entries,
    sequence: sealed.sequence.number,
  });
  return sealed;
}

/**
 * Seals everything recorded so far into a signed checkpoint, or returns the last one where nothing was recorded since.
 * As of one moment; beside another server that seals too, one of them does and both get it.
 */
export const sealCheckpoint = (context: AuthorityContext): Promise<Checkpoint> =>
  again(() =>
    context.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute((trx) => sealIn(trx, context)),
  );
