import { sql } from 'kysely';
import { DecisionRecord, signedPart } from '../../domain/decision.ts';
import { canonicalJson } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import { brokenLink, chainRoot, type LedgerEntry } from '../../domain/ledger.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { LedgerHeadsTable } from '../../platform/database/schema.ts';
import type { LedgerReport } from '../doors.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { readRows } from './read.ts';

function badDecisions(entries: readonly LedgerEntry[], key: SigningKey): string[] {
  return entries
    .filter((entry) => entry.kind === 'decision.recorded')
    .flatMap((entry) => {
      const record = DecisionRecord.safeParse(entry.body);
      const holds = record.success && key.verify(signedPart(record.data), record.data.keyId, record.data.signature);
      return holds ? [] : [`run ${entry.run}, entry ${entry.seq}: the decision's signature does not hold`];
    });
}

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
  const rows = await readRows(trx, head.run);
  const entries = rows.map((row) => ({ ...row, v: 1 as const, body: bodyOf(row.body) }));
  const count = entries.length;
  const problems = badDecisions(entries, key);
  const broken = brokenLink(head.run, entries);
  if (broken) return { count, problems: [broken, ...problems] };
  if (count !== head.seq || (entries.at(-1)?.hash ?? chainRoot(head.run)) !== head.hash)
    problems.unshift(
      `run ${head.run}: it ends at entry ${count}, its head says ${head.seq}; entries were removed from its end, or the head was changed`,
    );
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
 * Checks every chain, every head and every decision's signature, as they were at one moment: what is written meanwhile
 * is no forgery. Reads run by run, so memory stays flat.
 */
export async function verifyLedger(db: Database, key: SigningKey): Promise<LedgerReport> {
  const transaction = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  return await transaction.execute(async (trx) => {
    const problems = await missingChains(trx);
    const heads = await trx.selectFrom('ledger_heads').selectAll().orderBy('run').execute();
    let entries = 0;
    for (const head of heads) {
      const chain = await checkChain(trx, head, key);
      entries += chain.count;
      problems.push(...chain.problems);
    }
    return {
      ok: problems.length === 0,
      runs: heads.length,
      entries,
      problems,
      caveats: ['tail not anchored: no copy of the chain heads is kept outside this database'],
    };
  });
}
