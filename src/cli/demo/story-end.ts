import { z } from 'zod';
import { CliError } from '../../platform/problem.ts';
import { GateList, type GateView, LedgerReport } from '../views.ts';
import type { Follower } from './follow.ts';
import type { OwnBelay } from './own-belay.ts';
import type { Teller } from './teller.ts';

/** How a run must end after what became of its last approval, whoever decided it and wherever. */
export function outcomesAfter(gate: Pick<GateView, 'state' | 'special'> | undefined): string[] {
  const state = gate?.state ?? '';
  switch (state) {
    case 'denied':
      return ['denied'];
    case 'expired':
      return ['expired'];
    case 'in-doubt':
      return ['in-doubt'];
    case 'done':
      // What a person did by hand may have helped or not; what Belay does here helps.
      return gate?.special === 'by-hand' ? ['fixed', 'not-fixed', 'inconclusive'] : ['fixed'];
    default:
      return ['nothing-wrong', 'inconclusive'];
  }
}

const Ended = z.looseObject({ outcome: z.string().nullish() });

/** Waits for the end of the run, verifies the record and tells it. @throws CliError when it does not end as it should */
export async function tellEnd(
  stage: Pick<OwnBelay, 'client'>,
  teller: Teller,
  follower: Follower,
  withinMs: number,
): Promise<void> {
  await follower.until('run.finished', withinMs);
  await tellRecord(stage, teller, follower);
}

/** The same of a run that has ended. */
export async function tellRecord(
  { client }: Pick<OwnBelay, 'client'>,
  teller: Teller,
  follower: Follower,
): Promise<void> {
  const { outcome } = await client.get(`/api/runs/${follower.run}`, Ended);
  const report = await client.get('/api/ledger/verify', LedgerReport);
  teller.event(
    'ledger.verified',
    `The ledger verifies: ${report.entries} entries, ${report.problems.length} problems`,
    { ok: report.ok, entries: report.entries },
  );
  if (!report.ok) throw new CliError(`The ledger does not verify: ${report.problems.join('; ')}`);
  const { gates } = await client.get(`/api/gates?run=${follower.run}`, GateList);
  const wanted = outcomesAfter(gates.findLast(({ kind }) => ['action', 'plan', 'batch'].includes(kind)));
  if (!wanted.includes(String(outcome)))
    throw new CliError(`The run ended with ${String(outcome)}, not with ${wanted.join(' or ')}.`);
}
