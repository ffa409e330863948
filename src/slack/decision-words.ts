import type { DecisionAnswer } from '../domain/decision.ts';
import type { Gate } from '../domain/gate.ts';
import { line } from './inert.ts';
import { utc } from './utc.ts';

/** What the authority answered, in words for the one who clicked. mrkdwn. */
export function decisionWords(answer: DecisionAnswer, gate: string): string {
  if (answer.answer === 'refused') return `Not counted: ${line(answer.message, 600)} (\`${gate}\`)`;
  if (answer.answer === 'revised')
    return `Recorded. \`${gate}\` is withdrawn; \`${answer.gate}\` takes its place as soon as it was looked at.`;
  const { record, complete, missing } = answer;
  const deed = record.decision === 'deny' ? 'denial' : 'approval';
  const still = missing.map((one) => line(one, 120)).join(', ');
  const state = complete ? '' : ` Still missing: ${still || 'more approvals'}.`;
  if (answer.answer === 'repeated')
    return `Your ${deed} of ${utc(record.at)} already counts; nothing changed. (\`${gate}\`)${state}`;
  if (record.decision === 'deny') return `Denied. Nothing will be done. (\`${gate}\`)`;
  return complete
    ? `Approved: \`${record.option}\`. Belay carries on; the result comes to the card. (\`${gate}\`)`
    : `Your approval of \`${record.option}\` is recorded. (\`${gate}\`)${state}`;
}

/** Why a gate takes no decision any more; undefined while it does. mrkdwn. */
export function overWords(gate: Gate): string | undefined {
  if (gate.state === 'open' || gate.state === 'frozen') return undefined;
  const last = gate.decisions.at(-1);
  const who =
    last === undefined
      ? gate.decidedAt === null
        ? ''
        : ` since ${utc(gate.decidedAt)}`
      : ` by ${line(last.person.name, 80)}, ${utc(last.at)}`;
  const why = gate.reason === null ? '' : `: ${line(gate.reason, 300)}`;
  return `Too late: \`${gate.id}\` is ${gate.state}${who}${why}. Nothing changed.`;
}
