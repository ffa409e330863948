import { sql } from 'kysely';
import { canonicalJson } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import { brokenLink, chainRoot, SYSTEM_CHAIN } from '../../domain/ledger.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { LedgerHeadsTable } from '../../platform/database/schema.ts';
import type { AuthorityContext } from '../context.ts';
import type { LedgerReport } from '../doors.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { caveatsOf } from './caveats.ts';
import { checkpointProblems } from './checks/checkpoint-rows.ts';
import { unmatchedNumbers } from './checks/numbers.ts';
import { tableProblems } from './checks/read-tables.ts';
import { sequenceProblems } from './checks/sequence-rows.ts';
import { systemRowProblems } from './checks/system-rows.ts';
import { badSignatures } from './checks/signatures.ts';
import { readRows } from './read.ts';

/** A stored body as what was hashed; text that nobody writes so (spaced, doubled keys, no JSON) is a changed one. */
function bodyOf(text: string): JsonObject {
  try {
    const body: JsonObject = JSON.parse(text);
    if (canonicalJson(body) === text) return body;
  } catch {
    // Not JSON at all: what follows says so too.
  }
  return { changed: text };
}

async function checkChain(
  trx: Trx,
  head: LedgerHeadsTable,
  key: SigningKey,
): Promise<{ count: number; problems: string[] }> {
  const { run } = head;
  const rows = await readRows(trx, run);
  const entries = rows.map((row) => ({ ...row, v: 1 as const, body: bodyOf(row.body) }));
  const count = entries.length;
  const problems = badSignatures(entries, key);
  const broken = brokenLink(run, entries);
  if (broken) return { count, problems: [broken, ...problems] };
  if (count !== head.seq || (entries.at(-1)?.hash ?? chainRoot(run)) !== head.hash)
    return {
      count,
      problems: [
        `run ${run}: it ends at entry ${count}, its head says ${head.seq}; entries were removed from its end, or the head was changed`,
        ...problems,
      ],
    };
  // Only a chain that holds can be what the rest is held against.
  const numbers = await trx.selectFrom('sequence').selectAll().where('chain', '=', run).orderBy('number').execute();
  problems.push(...unmatchedNumbers(run, entries, numbers));
  const beside = run === SYSTEM_CHAIN ? systemRowProblems(trx, entries) : tableProblems(trx, run, entries);
  problems.push(...(await beside));
  return { count, problems };
}

/** Runs of which the record, or its head, is gone. */
async function missingChains(trx: Trx): Promise<string[]> {
  const { rows } = await sql<{ run: string; kind: string }>`
    select distinct run, 'its chain has no head; the head was removed' as kind from ledger
      where run not in (select run from ledger_heads)
    union all
    select id, 'it is registered and has no record; its entries were removed' from runs
      where id not in (select run from ledger_heads) and id not in (select run from ledger)
    order by 1`.execute(trx);
  return rows.map(({ run, kind }) => `run ${run}: ${kind}`);
}

/**
 * Checks every chain and head, the sequence, every signature, the checkpoints, and that the tables behind lists and cards
 * say what the record says; all as of one moment, since what is written meanwhile is no forgery. Each problem names what
 * is wrong. Reads run by run, so memory stays flat.
 */
export async function verifyLedger(
  context: Pick<AuthorityContext, 'db' | 'key' | 'keeper' | 'now'>,
): Promise<LedgerReport> {
  const { db, key } = context;
  const transaction = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  const report = await transaction.execute(async (trx) => {
    const problems = await missingChains(trx);
    const heads = await trx.selectFrom('ledger_heads').selectAll().orderBy('run').execute();
    let entries = 0;
    for (const head of heads) {
      const chain = await checkChain(trx, head, key);
      entries += chain.count;
      problems.push(...chain.problems);
    }
    problems.push(...(await sequenceProblems(trx)), ...(await checkpointProblems(trx, key)));
    return { runs: heads.filter(({ run }) => run !== SYSTEM_CHAIN).length, entries, problems };
  });
  return { ok: report.problems.length === 0, ...report, caveats: await caveatsOf(context) };
}
