import type { RunView } from '../authority/doors.ts';
import type { DecisionRecord } from '../domain/decision.ts';
import type { Gate } from '../domain/gate.ts';
import { isOver } from '../domain/run.ts';
import { inlineCode, line, plain } from './inert.ts';
import { utc } from './utc.ts';

/** ` by Ada and Grace`; nothing where nobody decided. */
function by(records: readonly DecisionRecord[]): string {
  const names = plain([...new Set(records.map(({ person }) => person.name))].join(' and '), 80);
  return names === '' ? '' : ` by ${names}`;
}

/** The approvals that count for the option that was chosen. */
export const approvalsOf = (gate: Gate): DecisionRecord[] =>
  gate.decisions.filter(({ decision, option }) => decision === 'approve' && (!gate.chosen || option === gate.chosen));

const denialsOf = (gate: Gate): DecisionRecord[] => gate.decisions.filter(({ decision }) => decision === 'deny');

const RESULTS: Readonly<Record<string, string>> = {
  fixed: '✓ Done and verified',
  'not-fixed': '▲ Done, and it did not help',
  inconclusive: '○ Done, result unclear',
  'nothing-wrong': '✓ Nothing was wrong',
  'in-doubt': '▲ In doubt: a person must look',
};

function doneHeadline(run: RunView): string {
  if (run.outcome !== null) return RESULTS[run.outcome] ?? '✓ Done';
  if (run.verdict === 'healthy') return '✓ Done and verified';
  if (run.verdict === 'failed') return '▲ Done, and the check failed';
  return run.verdict === 'inconclusive' ? '○ Done, result unclear' : '→ Done, checking the result';
}

/** The first line of a card: the state of the gate, and by whom. Plain text, with signs that every font has. */
export function headlineOf(gate: Gate, run: RunView): string {
  switch (gate.state) {
    case 'open':
      return gate.decisions.length === 0 ? '● Approval needed' : `● Approved${by(approvalsOf(gate))}, more needed`;
    case 'frozen':
      return '‖ On hold: changes are frozen';
    case 'approved':
      return `✓ Approved${by(approvalsOf(gate))}`;
    case 'executing':
      return `→ Approved${by(approvalsOf(gate))}, under way`;
    case 'denied':
      return `✗ Denied${by(denialsOf(gate))}`;
    case 'expired':
      return '○ Expired: nobody decided, nothing was done';
    case 'void':
      return '○ Void: no longer needed, nothing was done';
    case 'in-doubt':
      return '▲ In doubt: a person must look';
    case 'done':
      return `${doneHeadline(run)} · approved${by(approvalsOf(gate))}`;
  }
}

/** A quorum is a handful; what is more than this is counted. */
const MOST_DECISIONS = 8;

/** Who decided what, when, by which door and why; one line each. mrkdwn. */
export function decisionLines(gate: Gate): string[] {
  const lines = gate.decisions.slice(0, MOST_DECISIONS).map(({ decision, person, at, reason, option }) => {
    const what = decision === 'deny' ? 'Denied' : 'Approved';
    const which = decision === 'approve' && gate.options.length > 1 ? ` ${inlineCode(option)}` : '';
    const why = reason === null || reason === '' ? '' : ` · “${line(reason, 600)}”`;
    return `${what}${which} by *${line(person.name, 80)}* (${line(person.id, 120)}) · ${utc(at)}${why}`;
  });
  const more = gate.decisions.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more: \`belay gates ${gate.id}\``] : lines;
}

/** What became of it, as far as it is known. mrkdwn; empty while it is open. */
export function resultLines(gate: Gate, run: RunView): string[] {
  if (gate.state === 'open' || gate.state === 'frozen') return [];
  // What a denial says stands beside it already; the run's summary repeats it.
  const said = new Set(denialsOf(gate).map(({ reason }) => reason));
  return [
    ...(gate.reason === null || said.has(gate.reason) ? [] : [`*Because* ${line(gate.reason, 600)}`]),
    ...(run.verdict === null ? [] : [`*Verified* ${run.verdict}`]),
    ...(isOver(run.state) && run.summary !== null && run.summary !== '' && !said.has(run.summary)
      ? [`*Result* ${line(run.summary, 1_000)}`]
      : []),
  ];
}
