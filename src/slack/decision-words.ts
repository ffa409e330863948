import type { DecisionAnswer, DecisionRecord } from '../domain/decision.ts';
import type { Gate } from '../domain/gate.ts';
import { actions, plainText, section, type SlackMessage } from './blocks.ts';
import { ACTIONS } from './button-value.ts';
import { passkeyPage } from './card-buttons.ts';
import { line } from './inert.ts';
import { utc } from './utc.ts';

type Refused = Extract<DecisionAnswer, { answer: 'refused' }>;

function refusedWords(answer: Refused, gate: string): string {
  const said = line(answer.message, 600);
  if (answer.why === 'step-up-needed') return `Not yet: ${said} (\`${gate}\`)`;
  return answer.why === 'frozen'
    ? `On hold: ${said} Denying is possible. (\`${gate}\`)`
    : `Not counted: ${said} (\`${gate}\`)`;
}

const DEEDS: Readonly<Record<DecisionRecord['decision'], string>> = {
  approve: 'approval',
  deny: 'denial',
  edit: 'edit',
  'send-back': 'feedback',
  'by-hand': 'word that it was done by hand',
  'break-glass': 'break-glass',
};

function recordedWords({ decision, option }: DecisionRecord, gate: string): string {
  if (decision === 'deny') return `Denied. Nothing will be done. (\`${gate}\`)`;
  if (decision === 'by-hand')
    return `Recorded: you did it by hand. Belay looks at what is there now and checks the result. (\`${gate}\`)`;
  return decision === 'break-glass'
    ? `Forced: \`${option}\`. The leads are paged and will review it. (\`${gate}\`)`
    : `Approved: \`${option}\`. Belay carries on; the result comes to the card. (\`${gate}\`)`;
}

/** What the authority answered, in words for the one who clicked. mrkdwn. */
export function decisionWords(answer: DecisionAnswer, gate: string): string {
  if (answer.answer === 'refused') return refusedWords(answer, gate);
  if (answer.answer === 'revised')
    return `Recorded. \`${gate}\` is withdrawn; \`${answer.gate}\` takes its place as soon as it was looked at.`;
  const { record, complete, missing } = answer;
  const deed = DEEDS[record.decision];
  const still = missing.map((one) => line(one, 120)).join(', ');
  const state = complete ? '' : ` Still missing: ${still || 'more'}.`;
  if (answer.answer === 'repeated')
    return `Your ${deed} of ${utc(record.at)} already counts; nothing changed. (\`${gate}\`)${state}`;
  if (complete) return recordedWords(record, gate);
  return record.decision === 'deny'
    ? `Your denial is recorded; more than one is needed to end it. (\`${gate}\`)`
    : `Your approval of \`${record.option}\` is recorded. (\`${gate}\`)${state}`;
}

/** The same as a message; where a passkey is needed, with the way there. */
export function decisionMessage(answer: DecisionAnswer, gate: string, web: string | undefined): SlackMessage {
  const text = decisionWords(answer, gate);
  const page = answer.answer === 'refused' && answer.why === 'step-up-needed' ? web : undefined;
  if (page === undefined) return { text, blocks: [section(text)] };
  const button = { type: 'button' as const, action_id: ACTIONS.link, text: plainText('Approve with passkey') };
  return { text, blocks: [section(text), actions([{ ...button, url: passkeyPage(page, gate), style: 'primary' }])] };
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
