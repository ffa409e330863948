import { DecisionRecord, signedPart } from '../../domain/decision.ts';
import { brokenLink, type LedgerEntry } from '../../domain/ledger.ts';
import type { Database } from '../../platform/database/connect.ts';
import type { LedgerReport } from '../doors.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { readChain } from './read.ts';

function badDecisions(entries: readonly LedgerEntry[], key: SigningKey): string[] {
  return entries
    .filter((entry) => entry.kind === 'decision.recorded')
    .flatMap((entry) => {
      const record = DecisionRecord.safeParse(entry.body);
      const holds = record.success && key.verify(signedPart(record.data), record.data.keyId, record.data.signature);
      return holds ? [] : [`run ${entry.run}, entry ${entry.seq}: the decision's signature does not hold`];
    });
}

/** Checks every chain, every head and every decision's signature. Reads run by run, so memory stays flat. */
export async function verifyLedger(db: Database, key: SigningKey): Promise<LedgerReport> {
  const heads = await db.selectFrom('ledger_heads').selectAll().orderBy('run').execute();
  const chained = await db.selectFrom('ledger').select('run').distinct().execute();
  const headless = chained.map((row) => row.run).filter((run) => !heads.some((head) => head.run === run));
  const problems = headless.map((run) => `run ${run}: its chain has no head; the head was removed`);
  let count = 0;
  for (const head of heads) {
    const entries = await readChain(db, head.run);
    count += entries.length;
    const broken = brokenLink(head.run, entries);
    if (broken) problems.push(broken);
    else if (entries.length !== head.seq || (entries.at(-1)?.hash ?? head.hash) !== head.hash)
      problems.push(
        `run ${head.run}: it ends at entry ${entries.length}, its head says ${head.seq}; entries were removed from its end`,
      );
    problems.push(...badDecisions(entries, key));
  }
  return {
    ok: problems.length === 0,
    runs: heads.length,
    entries: count,
    problems,
    caveats: ['tail not anchored: no copy of the chain heads is kept outside this database'],
  };
}
