import type { LedgerEntry } from '../../../domain/ledger.ts';
import { isOver } from '../../../domain/run.ts';
import type { RunRow } from '../../runs/known-run.ts';
import { differing } from './same.ts';

/** How a run's row, which lists and cards show and grants judge by, differs from its record. */
export function runRowProblems(row: RunRow, entries: readonly LedgerEntry[]): string[] {
  const body = (kind: LedgerEntry['kind']) => entries.findLast((entry) => entry.kind === kind)?.body;
  const registered = body('run.registered');
  const finished = body('run.finished');
  const verified = entries.findLast((entry) => entry.kind === 'run.verified' && entry.body['final'] === true)?.body;
  const wrong = [
    ...(registered
      ? differing({
          runbook: [row.runbook, registered['runbook']],
          'runbook hash': [row.runbook_hash, registered['runbookHash']],
          target: [row.target, registered['target']],
          input: [row.input, registered['input']],
          requester: [row.requester, registered['requester']],
          trigger: [row.trigger, registered['trigger']],
          mode: [row.mode, registered['mode']],
          'dry run': [row.dry_run, registered['dryRun']],
          execution: [row.execution, body('run.bound')?.['execution']],
          verdict: [row.verdict, verified?.['verdict']],
        })
      : []),
    ...(finished
      ? differing({
          state: [row.state, finished['state']],
          outcome: [row.outcome, finished['outcome']],
          summary: [row.summary, finished['summary']],
        })
      : differing({ state: [isOver(row.state), false] })),
  ];
  return wrong.map((name) => `run ${row.id}: the ${name} in table runs is not the one in its record`);
}
