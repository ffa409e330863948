import type { GateOption } from './gate.ts';
import { visibleText } from './visible-text.ts';

/** Characters, as they are written on a card, that every view has room for. What must be seen whole is no longer. */
export const MOST_SHOWN = 6_000;
/** One line of it at most: a section of a Slack message holds 3,000. */
const LONGEST_LINE = 2_500;
/** What stands around each action: its number, names of facts, frames of code. */
const FRAME = 200;

/** How long a text is once nothing in it is hidden and nothing in it is markup. */
const written = (text: string): number => {
  const shown = visibleText(text);
  return shown.length + 4 * (shown.match(/[&<>]/g)?.length ?? 0);
};

type Action = GateOption['actions'][number];

const linesOf = ({ sentence, target, undo, owner }: Action): string[] => [
  sentence,
  target.name,
  undo ?? '',
  owner?.name ?? '',
];
const textsOf = ({ tool, args, precondition, diff, command }: Action): string[] => [
  tool,
  JSON.stringify(args),
  JSON.stringify(precondition),
  diff,
  command ?? '',
];

/** Whether something in an option is destroyed. */
export const isDestructive = (option: Pick<GateOption, 'actions' | 'batch'>): boolean =>
  option.batch?.risk === 'destructive' || option.actions.some(({ risk }) => risk === 'destructive');

/** How much of a card one option takes when all of it is shown, in characters. */
export const lengthWhole = ({ actions, manual }: Pick<GateOption, 'actions' | 'manual'>): number =>
  [manual ?? '', ...actions.flatMap((action) => [...linesOf(action), ...textsOf(action)])]
    .map(written)
    .reduce((sum, one) => sum + one, actions.length * FRAME);

/**
 * Why these options may not be asked for: something destructive in them is too long to be shown whole, so that people
 * would approve what they cannot have read. Undefined where all of it can be shown.
 */
export function tooLongToShow(options: readonly Pick<GateOption, 'id' | 'actions' | 'manual'>[]): string | undefined {
  const destructive = options.filter(isDestructive);
  const length = destructive.map(lengthWhole).reduce((sum, one) => sum + one, 0);
  const line = destructive
    .flatMap(({ actions }) => actions.flatMap(linesOf))
    .find((one) => written(one) > LONGEST_LINE);
  if (length <= MOST_SHOWN && line === undefined) return undefined;
  const what = destructive.map(({ id }) => `"${id}"`).join(', ');
  return `Option ${what} destroys something and takes ${length} characters to show whole; at most ${MOST_SHOWN} can be shown${line === undefined ? '' : `, and ${LONGEST_LINE} in one line`}. Nobody approves what they cannot read: split it into smaller actions.`;
}
