import type { types } from '@slack/bolt';
import { takenOutBy } from '../domain/batch.ts';
import { manyText } from '../domain/count-text.ts';
import type { Gate, GateOption } from '../domain/gate.ts';
import { isDestructive } from '../domain/shown-whole.ts';
import { plainText } from './blocks.ts';
import { ACTIONS, type ButtonValue, menuValue } from './button-value.ts';
import { plain } from './inert.ts';
import { isIrreversible, sentencesOf } from './option-facts.ts';

type CardControl = types.Button | types.Overflow;

export interface ButtonRow {
  readonly gate: Gate;
  readonly option: GateOption;
  /** Its place on the card, from 1. */
  readonly number: number;
  /** Where Belay's pages are; undefined: nobody can be sent there. */
  readonly web: string | undefined;
  /** False: what would be approved is not all there, or nothing is approved now. */
  readonly approvable: boolean;
}

const valueOf = ({ gate, option }: Pick<ButtonRow, 'gate' | 'option'>): string => {
  const value: ButtonValue = { gate: gate.id, option: option.id, digest: option.digest };
  return JSON.stringify(value);
};

/** The page where a decision is confirmed with a passkey. */
export const passkeyPage = (web: string, gate: string, option?: string): string =>
  `${web}/approve/${gate}${option === undefined ? '' : `?option=${option}`}`;

/** How the option's button is called. Never in the proposer's words. */
function approveText({ gate, option, number }: ButtonRow): string {
  if (option.batch) {
    const out = takenOutBy(gate.decisions).size;
    const which = out === 0 ? `all ${manyText(option.batch.count)}` : manyText(option.batch.count - out);
    return `Approve ${which}${gate.requirement.stepUp ? ' with passkey' : ''}`;
  }
  if (option.manual !== null && option.actions.length === 0) return 'I will do it by hand';
  if (option.actions.length === 0) return 'Do nothing and watch';
  const which = gate.options.length === 1 ? 'Approve' : `Approve option ${number}`;
  return gate.requirement.stepUp ? `${which} with passkey` : which;
}

function confirmTitle(option: GateOption): string {
  const { batch } = option;
  if (batch && batch.reversible !== 'no' && batch.noWayBack > 0 && batch.noWayBack < batch.count)
    return `${manyText(batch.noWayBack)} of them cannot be undone`;
  return isIrreversible(option) ? 'This cannot be undone' : 'This destroys something';
}

function approve(row: ButtonRow): types.Button {
  const { gate, option, web } = row;
  const style = option.recommended ? { style: 'primary' as const } : {};
  const text = plainText(approveText(row));
  // A signed click is refused there anyway: only the page can ask for the passkey.
  if (gate.requirement.stepUp && web !== undefined) {
    const url = passkeyPage(web, gate.id, gate.options.length > 1 ? option.id : undefined);
    return { type: 'button', action_id: ACTIONS.link, text, url, ...style };
  }
  // Slack refuses an empty text.
  const sentence = plain(sentencesOf(option).join('; '), 250) || 'Look at the card first.';
  const confirm = {
    title: plainText(confirmTitle(option)),
    text: plainText(sentence),
    confirm: plainText('Approve'),
    deny: plainText('Not yet'),
    style: 'danger' as const,
  };
  return {
    type: 'button',
    action_id: ACTIONS.approve,
    text,
    value: valueOf(row),
    ...style,
    ...(isIrreversible(option) || isDestructive(option) ? { confirm } : {}),
  };
}

/** The page with every item of a batch, where single ones can be taken out. */
export const tablePage = (web: string, gate: string): string => `${web}/gates/${gate}`;

const table = (gate: Gate, web: string): types.Button => ({
  type: 'button',
  action_id: `${ACTIONS.link}:table`,
  text: plainText('Open the table'),
  url: tablePage(web, gate.id),
});

/** Denies the whole gate; asks why first. */
export const denyButton = (gate: Gate, option: GateOption, text = 'Deny…'): types.Button => ({
  type: 'button',
  action_id: ACTIONS.deny,
  text: plainText(text),
  value: valueOf({ gate, option }),
});

const byHand = (row: ButtonRow): types.Button => ({
  type: 'button',
  action_id: ACTIONS.byHand,
  text: plainText('I did it by hand…'),
  value: valueOf(row),
});

/** Says who is on it; nothing else. */
const acknowledge = (gate: Gate): types.Button => ({
  type: 'button',
  action_id: ACTIONS.acknowledge,
  text: plainText('I’m on it'),
  value: gate.run,
});

/** Slack's limit for one menu. */
const MOST_ITEMS = 5;

/** The less common decisions, behind three dots. */
function more({ gate, option, number, web }: ButtonRow): types.Overflow | undefined {
  const item = (text: string, choice: 'edit' | 'edit-other' | 'send-back' | 'by-hand', action = 0) => ({
    text: plainText(text),
    value: menuValue({ choice, gate: gate.id, option: option.id, digest: option.digest, action }),
  });
  const first = number === 1;
  const steps = option.actions.length;
  const others = [
    ...(first || steps === 0 ? [] : [item('I did it by hand…', 'by-hand')]),
    ...(first && gate.proposedBy.kind === 'model' ? [item('Send back…', 'send-back')] : []),
    ...(first && web !== undefined && gate.incidentOpen && gate.requirement.breakGlass.length > 0
      ? [
          {
            text: plainText('Break the glass…'),
            value: menuValue({ choice: 'link', gate: gate.id, option: option.id, digest: option.digest, action: 0 }),
            url: passkeyPage(web, gate.id, option.id),
          },
        ]
      : []),
  ];
  const room = MOST_ITEMS - others.length;
  const edits = option.actions.map((_, at) => item(steps === 1 ? 'Edit…' : `Edit step ${at + 1}…`, 'edit', at));
  const shown = edits.length <= room ? edits : [...edits.slice(0, room - 1), item('Edit another step…', 'edit-other')];
  const options = [...shown, ...others];
  return options.length === 0 ? undefined : { type: 'overflow', action_id: ACTIONS.more, options };
}

/** The controls under one option. Only the first option has those that are about the whole gate. */
export function buttonsOf(row: ButtonRow): CardControl[] {
  const { gate, option, number, approvable } = row;
  const first = number === 1;
  const frozen = gate.state === 'frozen';
  const menu = frozen ? undefined : more(row);
  return [
    ...(approvable ? [approve(row)] : []),
    ...(option.batch && row.web !== undefined ? [table(gate, row.web)] : []),
    ...(first ? [denyButton(gate, option)] : []),
    ...(first && !frozen && option.actions.length > 0 ? [byHand(row)] : []),
    ...(first && gate.incidentOpen && gate.responder === null ? [acknowledge(gate)] : []),
    ...(menu === undefined ? [] : [menu]),
  ];
}
