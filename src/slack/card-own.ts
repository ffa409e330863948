import type { types } from '@slack/bolt';
import type { Gate, GateOption } from '../domain/gate.ts';
import { actions, plainText, section, sections } from './blocks.ts';
import { ACTIONS, type ButtonValue } from './button-value.ts';
import { denyButton, passkeyPage } from './card-buttons.ts';
import { needsBlocks } from './card-needs.ts';
import { decisionLines } from './card-status.ts';
import { line, plain, quoted } from './inert.ts';

/** What denying means, where there is something to deny: in doubt, only an answer helps. */
const DENIALS = {
  resume: 'Keep it halted…',
  review: 'It was not right…',
  exception: 'No exception…',
  doubt: undefined,
} as const;

function answerButton(gate: Gate, option: GateOption, only: boolean, web: string | undefined): types.Button {
  const text = plainText(plain(option.title, 70) || option.id);
  const style = only ? { style: 'primary' as const } : {};
  if (gate.requirement.stepUp && web !== undefined)
    return { type: 'button', action_id: ACTIONS.link, text, url: passkeyPage(web, gate.id, option.id), ...style };
  const value: ButtonValue = { gate: gate.id, option: option.id, digest: option.digest };
  return { type: 'button', action_id: ACTIONS.approve, text, value: JSON.stringify(value), ...style };
}

/**
 * The short card of what the authority itself asks: whether a halt ends, whether an action in doubt happened, whether
 * what was forced was right. Question and answers are the authority's own words; the reasons in it are people's.
 */
export function ownBlocks(
  gate: Gate,
  kind: keyof typeof DENIALS,
  { web, undecided }: { web: string | undefined; undecided: boolean },
): types.KnownBlock[] {
  const [first] = gate.options;
  const question = section(quoted(gate.plan.diagnosis, 2_500) || '>?');
  if (!undecided || first === undefined) return [question, ...sections(decisionLines(gate))];
  const only = gate.options.length === 1;
  const explained = gate.options.flatMap(({ title, why }) =>
    why === '' ? [] : [`*${line(title, 150)}*: ${line(why, 600)}`],
  );
  const deny = DENIALS[kind];
  const buttons = [
    ...gate.options.map((option) => ({
      ...answerButton(gate, option, only, web),
      // Slack wants each control of a row called differently.
      action_id: `${gate.requirement.stepUp && web !== undefined ? ACTIONS.link : ACTIONS.approve}:${option.id}`,
    })),
    ...(deny === undefined ? [] : [denyButton(gate, first, deny)]),
  ];
  return [question, ...sections([...decisionLines(gate), ...explained]), actions(buttons), ...needsBlocks(gate)];
}
