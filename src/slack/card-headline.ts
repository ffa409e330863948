import type { RunView } from '../authority/doors.ts';
import type { DecisionRecord } from '../domain/decision.ts';
import type { Gate } from '../domain/gate.ts';
import { plain } from './inert.ts';

/** ` by Ada and Grace`; nothing where nobody decided. */
function by(records: readonly DecisionRecord[]): string {
  const names = plain([...new Set(records.map(({ person }) => person.name))].join(' and '), 60);
  return names === '' ? '' : ` by ${names}`;
}

const of = (gate: Gate, ...kinds: DecisionRecord['decision'][]): DecisionRecord[] =>
  gate.decisions.filter(({ decision }) => kinds.includes(decision));

/** The approvals that count for the option that was chosen. */
const approvalsOf = (gate: Gate): DecisionRecord[] =>
  of(gate, 'approve').filter(({ option }) => !gate.chosen || option === gate.chosen);

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

/** `approved by Ada`, or how else it came that it may begin. */
function how(gate: Gate): string {
  if (gate.special === 'break-glass') return `forced${by(of(gate, 'break-glass'))} (break-glass)`;
  if (gate.special === 'by-hand') return `by hand${by(of(gate, 'by-hand'))}`;
  return `approved${by(approvalsOf(gate))}`;
}

function openHeadline(gate: Gate): string {
  const approvals = of(gate, 'approve');
  if (approvals.length > 0)
    return `● Approved${by(approvals)}, still needs ${plain(gate.missing.join(', '), 60) || 'more'}`;
  const denials = of(gate, 'deny');
  if (denials.length > 0) return `● Denied${by(denials)}, not enough to end it`;
  return gate.requirement.stepUp ? '● Approval needed, with passkey' : '● Approval needed';
}

function voidHeadline(gate: Gate): string {
  const revised = of(gate, 'edit', 'send-back').at(-1);
  if (gate.replacedBy === null || revised === undefined) return '○ Void: no longer needed, nothing was done';
  const what = revised.decision === 'edit' ? 'Edited' : 'Sent back';
  return `↻ ${what}${by([revised])}: ${gate.replacedBy} takes its place`;
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** The first line of a card: the state of the gate, and by whom. Plain text, with signs that every font has. */
export function headlineOf(gate: Gate, run: RunView): string {
  const sign = gate.special === 'break-glass' ? '▲' : '✓';
  switch (gate.state) {
    case 'open':
      return openHeadline(gate);
    case 'frozen':
      return '‖ On hold: halted, nothing can be approved';
    case 'approved':
      return gate.frozen === null ? `${sign} ${capital(how(gate))}` : `‖ ${capital(how(gate))}, but on hold: halted`;
    case 'executing':
      return `→ ${capital(how(gate))}, under way`;
    case 'denied':
      return `✗ Denied${by(of(gate, 'deny'))}`;
    case 'expired':
      return '○ Expired: nobody decided, nothing was done';
    case 'void':
      return voidHeadline(gate);
    case 'in-doubt':
      return '▲ In doubt: a person must look';
    case 'done':
      return `${doneHeadline(run)} · ${how(gate)}`;
  }
}

const OWN = {
  resume: {
    open: '‖ Halted. May it go on?',
    done: '✓ The halt was lifted',
    denied: '‖ Stays halted',
    expired: '‖ Stays halted: nobody decided',
  },
  doubt: {
    open: '▲ In doubt: did it happen?',
    done: '✓ Settled',
    denied: '▲ Still in doubt',
    expired: '▲ Still in doubt: nobody settled it',
  },
  review: {
    open: '● Review what was forced',
    done: '✓ Reviewed',
    denied: '▲ Reviewed: it was not right',
    expired: '▲ Nobody reviewed it',
  },
  exception: {
    open: '● May this stay as it is?',
    done: '✓ Excepted until its end',
    denied: '✗ Not excepted',
    expired: '○ Not excepted: nobody decided',
  },
} as const;

/** The first line of a card on which the authority itself asks. */
export function ownHeadlineOf(gate: Gate, kind: keyof typeof OWN): string {
  const lines = OWN[kind];
  switch (gate.state) {
    case 'open':
    case 'frozen':
      return gate.decisions.length === 0
        ? lines.open
        : `${lines.open} Still needs ${plain(gate.missing.join(', '), 60)}`;
    case 'denied':
      return `${lines.denied}, says${by(of(gate, 'deny')).replace(' by', '') || ' somebody'}`;
    case 'expired':
      return lines.expired;
    case 'void':
      return '○ No longer asked';
    case 'approved':
    case 'executing':
    case 'done':
    case 'in-doubt':
      return `${lines.done}${by(approvalsOf(gate))}`;
  }
}
