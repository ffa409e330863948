import type { types } from '@slack/bolt';
import type { Manifest, RunbookEntry } from '../../domain/manifest.ts';
import { context, plainText, section, type SlackMessage } from '../blocks.ts';
import { ACTIONS } from '../button-value.ts';
import { inlineCode, line, plain } from '../inert.ts';

const COMMANDS: readonly [usage: string, what: string][] = [
  ['run <runbook> key=value … [--dry-run]', 'start a runbook'],
  ['runs', 'the latest runs'],
  ['show <run or gate>', 'what happened, step by step'],
  ['gates', 'what waits for a person'],
  ['approve <gate>', 'shows the card, with its buttons'],
  ['deny <gate> <reason>', 'nothing is done'],
  ['cancel <run> [reason]', 'stops a run; what it changed is undone'],
  ['halt <reason>', 'nothing begins any more, anywhere, until it is lifted; anyone may'],
  ['resume [halt]', 'your word for lifting a halt'],
  ['ack <run>', 'you are on its incident'],
  ['help', 'this'],
];

/** Slack takes at most this many in one menu. */
const MOST_OPTIONS = 100;

export function helpMessage(manifest: Manifest): SlackMessage {
  const lines = COMMANDS.map(
    ([usage, what]) => `\`/belay ${usage.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\` ${what}`,
  );
  return { text: 'What /belay can do', blocks: [section(lines.join('\n')), ...pickerBlocks(manifest)] };
}

/** A menu of the runbooks; choosing one answers with the command to type. */
function pickerBlocks(manifest: Manifest): types.KnownBlock[] {
  const shown = manifest.runbooks.slice(0, MOST_OPTIONS);
  if (shown.length === 0) return [context('There are no runbooks here yet.')];
  const more = manifest.runbooks.length - shown.length;
  return [
    {
      type: 'section',
      text: { type: 'mrkdwn', text: '*Start a runbook*', verbatim: true },
      accessory: {
        type: 'static_select',
        action_id: ACTIONS.pick,
        placeholder: plainText('Choose one'),
        options: shown.map(({ name, title }) => ({
          text: plainText(plain(title, 70) || name),
          value: name.slice(0, 150),
        })),
      },
    },
    ...(more > 0 ? [context(`and ${more} more: \`belay run --help\` lists them all`)] : []),
  ];
}

/** How a runbook is started: the command, with what it must be given. */
export function typeThis(manifest: Manifest, name: string): SlackMessage {
  const runbook = manifest.runbooks.find((one) => one.name === name);
  if (runbook === undefined) {
    const text = `There is no runbook ${inlineCode(name, 100)} any more. \`/belay\` shows which there are.`;
    return { text, blocks: [section(text)] };
  }
  const text = `*${line(runbook.title, 150)}*\n${line(runbook.description, 1_000)}\n\`/belay run ${[runbook.name, ...inputsOf(runbook)].join(' ')}\``;
  return { text: line(runbook.title, 150), blocks: [section(text)] };
}

/** `name=…` for what must be given, `[name=…]` for what may be. */
export function inputsOf(runbook: RunbookEntry): string[] {
  const { properties = {}, required = [] } = runbook.inputSchema as { properties?: object; required?: string[] };
  return Object.keys(properties)
    .filter((key) => /^[\w.-]{1,60}$/.test(key))
    .slice(0, 20)
    .sort((a, b) => Number(required.includes(b)) - Number(required.includes(a)))
    .map((key) => (required.includes(key) ? `${key}=…` : `[${key}=…]`));
}
