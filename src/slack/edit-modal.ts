import type { types } from '@slack/bolt';
import { type ArgumentField, argumentForm, problemsByField, readArguments } from '../domain/argument-form.ts';
import type { GateOption } from '../domain/gate.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Manifest } from '../domain/manifest.ts';
import { LIMITS, plainText, section } from './blocks.ts';
import { DIALOGS, type Kept } from './dialog.ts';
import { line, plain } from './inert.ts';

type Action = GateOption['actions'][number];

/** Slack's limits for what one control may hold, and for what one dialog may. */
const MOST = { text: 3_000, choices: 99, choice: 75, fields: 90, problem: 300 } as const;

/** Stands for an argument that is not given, where a menu cannot be emptied again. */
const NOT_GIVEN = 'belay.not-given';

const blockOf = (at: number): string => `argument-${at}`;

/** The fields of an action's dialog: its tool's arguments as they are. Undefined where the tool is gone. */
export function fieldsOf(action: Action, { tools }: Pick<Manifest, 'tools'>): ArgumentField[] | undefined {
  const tool = tools.find(({ name }) => name === action.tool);
  return tool && argumentForm(tool.inputSchema, action.args);
}

/** Why Slack cannot hold these fields; undefined where it can. */
export const tooMuchForSlack = (fields: readonly ArgumentField[]): boolean =>
  fields.length > MOST.fields || fields.some(({ text }) => text.length > MOST.text);

function menu({ name, choices, required, text }: ArgumentField): types.StaticSelect {
  const items = choices.map((choice) => ({ text: plainText(choice), value: choice }));
  const none = required ? [] : [{ text: plainText('(not given)'), value: NOT_GIVEN }];
  const options = [...none, ...items];
  const initial = options.find(({ value }) => value === (text === '' ? NOT_GIVEN : text));
  return {
    type: 'static_select',
    action_id: name.slice(0, 200),
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  };
}

function control(field: ArgumentField): types.InputBlock['element'] {
  const { kind, choices, name, text } = field;
  const initial = text === '' ? {} : { initial_value: text };
  const offered = choices.length > 0 && choices.length <= MOST.choices;
  if (offered && choices.every((one) => one.length > 0 && one.length <= MOST.choice)) return menu(field);
  if (kind === 'integer' || kind === 'number')
    return { type: 'number_input', action_id: name.slice(0, 200), is_decimal_allowed: kind === 'number', ...initial };
  const multiline = kind === 'texts' || kind === 'json' || text.includes('\n') || text.length > 80;
  return { type: 'plain_text_input', action_id: name.slice(0, 200), multiline, max_length: MOST.text, ...initial };
}

const HINTS: Partial<Record<ArgumentField['kind'], string>> = { texts: 'One a line.', json: 'As JSON.' };

function input(field: ArgumentField, at: number): types.InputBlock {
  const hint = [HINTS[field.kind], plain(field.hint, 300)].filter(Boolean).join(' ');
  return {
    type: 'input',
    block_id: blockOf(at),
    label: plainText(plain(field.name, 150) || '?'),
    // An empty text may be meant; the authority knows what must be given.
    optional: !field.required || field.kind === 'text' || field.kind === 'texts',
    element: control(field),
    ...(hint === '' ? {} : { hint: plainText(hint) }),
  };
}

/** The dialog in which the arguments of one action are changed. */
export function editModal(action: Action, fields: readonly ArgumentField[], kept: Kept): types.ModalView {
  const intro = `*${line(action.sentence, 600)}*\n\`${line(action.tool, 100)}\` · Belay looks at the target again with what you give, and asks for approval of that. This approval is withdrawn.`;
  return {
    type: 'modal',
    callback_id: DIALOGS.edit,
    private_metadata: JSON.stringify(kept),
    title: plainText('Edit'),
    submit: plainText('Ask with these'),
    close: plainText('Cancel'),
    blocks: [section(intro.slice(0, LIMITS.section)), ...fields.map(input)],
  };
}

/** The edited arguments, or a problem at each field that has one, by block id. */
export function readEdit(
  fields: readonly ArgumentField[],
  present: JsonObject,
  values: ReadonlyMap<string, string>,
): { args: JsonObject } | { errors: Record<string, string> } {
  const filled = fields.map(({ name }, at): [string, string] => {
    const value = values.get(blockOf(at)) ?? '';
    return [name, value === NOT_GIVEN ? '' : value];
  });
  const read = readArguments(fields, present, new Map(filled));
  return 'args' in read ? read : { errors: atBlocks(fields, read.problems) };
}

/** What the authority said of the arguments, at their fields; at the first one where it named none. */
export const errorsOf = (fields: readonly ArgumentField[], message: string): Record<string, string> =>
  atBlocks(fields, problemsByField(message));

function atBlocks(fields: readonly ArgumentField[], problems: Record<string, string>): Record<string, string> {
  const errors = new Map<string, string>();
  for (const [name, said] of Object.entries(problems)) {
    const at = fields.findIndex((field) => field.name === name);
    const block = blockOf(Math.max(at, 0));
    const text = at < 0 && name !== '' ? `${name} ${said}` : said;
    errors.set(block, plain([errors.get(block), text].filter(Boolean).join('; '), MOST.problem));
  }
  return Object.fromEntries(errors);
}
