import type { types } from '@slack/bolt';
import type { Gate, GateOption } from '../domain/gate.ts';
import { proposedByText } from '../domain/plan.ts';
import { isDestructive, lengthWhole, MOST_SHOWN } from '../domain/shown-whole.ts';
import { actions, divider, fields, LIMITS, section, sections } from './blocks.ts';
import { buttonsOf } from './card-buttons.ts';
import { CardBudget } from './card-budget.ts';
import { blastOf, ownersOf, sentencesOf, targetsOf, undosOf } from './option-facts.ts';
import { commandText, diffText, exactText } from './option-text.ts';

const numbered = (lines: readonly string[]): string[] =>
  lines.length === 1 ? [`*${lines[0]}*`] : lines.map((one, index) => `*${index + 1}.* ${one}`);

/** What the option's block says about its place among the others. */
function placeOf(option: GateOption, number: number, of: number): string[] {
  return of === 1 ? [] : [`Option ${number} of ${of}${option.recommended ? ' · recommended' : ''}`];
}

/** The diagnosis, in its author's words and under its author's name. */
export function whyBlock(gate: Gate, budget: CardBudget): types.KnownBlock {
  const author = budget.line(proposedByText(gate.proposedBy), 200);
  const says = gate.proposedBy.kind === 'rules' ? author : `${author} says`;
  return section(`*Why* · ${says} · confidence ${gate.plan.confidence}\n${budget.quote(gate.plan.diagnosis, 2_000)}`);
}

/** How long each line and how many code blocks an option may take; what is destroyed is shown whole or not approved. */
const ROOM = {
  first: { sentence: 300, target: 300, undo: 600, blocks: 2 },
  other: { sentence: 300, target: 300, undo: 600, blocks: 1 },
  whole: { sentence: LIMITS.section - 100, target: LIMITS.section - 100, undo: LIMITS.section - 100, blocks: 4 },
} as const;

/** What the options of a gate leave for everything else on the card. */
export const budgetFor = (options: readonly GateOption[]): CardBudget =>
  new CardBudget(
    12_000 -
      options
        .filter(isDestructive)
        .map(lengthWhole)
        .reduce((sum, one) => Math.min(sum + one, MOST_SHOWN), 0),
  );

/** Two columns where both fit into one; else a line each. */
export const undoAndBlast = (undos: readonly string[], blast: string): types.KnownBlock[] => {
  const undo = `*Undo* ${undos.join('; ')}`;
  return undo.length <= LIMITS.field ? [fields([undo, blast])] : sections([...withName('Undo', undos), blast]);
};

const withName = (name: string, lines: readonly string[]): string[] =>
  lines.map((one, at) => (at === 0 ? `*${name}* ${one}` : one));

/**
 * One option of an undecided gate. Everything above the buttons comes from the canonical actions; only what is quoted
 * comes from the author of the plan. A destructive option that does not fit whole has no approve button here.
 */
export function optionBlocks(
  gate: Gate,
  option: GateOption,
  number: number,
  { budget: shared, web }: { budget: CardBudget; web: string | undefined },
): types.KnownBlock[] {
  const first = number === 1;
  const destructive = isDestructive(option);
  // The authority opened the gate only because this much suffices.
  const budget = destructive ? new CardBudget(MOST_SHOWN + 2_000) : shared;
  const room = destructive ? ROOM.whole : first ? ROOM.first : ROOM.other;
  const before = shared.left;
  const title = numbered(sentencesOf(option).map((sentence) => budget.line(sentence, room.sentence)));
  const targets = targetsOf(option).map((target) => budget.line(target, room.target));
  const where = targets.length <= 1 ? targets : targets.map((target, index) => `${index + 1}. ${target}`);
  const undos = undosOf(option).map((undo) => budget.line(undo, room.undo));
  const blast = `*Blast radius* ${budget.line(blastOf(option), 300)}`;
  const owners = ownersOf(option).map((owner) => `*Warning* ${budget.line(owner, room.target)}`);
  const place = placeOf(option, number, gate.options.length);
  const manual = option.manual === null ? [] : budget.code(option.manual, room.blocks);
  const diff = budget.code(diffText(option), room.blocks);
  const exact = budget.code(exactText(option), room.blocks);
  const commands = budget.code(commandText(option), room.blocks);
  const acts = option.actions.length > 0;
  /** Of what would be approved; prose may be cut where it stands. */
  const hidden = destructive ? budget.left : 0;

  const said =
    gate.options.length === 1 || option.why === ''
      ? []
      : [shared.quote(`“${option.title}”: ${option.why}`, first ? 900 : 500)];
  const toDo = option.manual === null ? [] : ['*To do by hand*, as the plan’s author wrote it:'];
  const head = first
    ? [
        ...sections([...place, ...title, ...where]),
        whyBlock(gate, shared),
        ...(acts ? undoAndBlast(undos, blast) : []),
        ...sections([...owners, ...said, ...toDo]),
      ]
    : [
        divider,
        ...sections([
          ...place,
          ...title,
          ...where,
          ...(acts ? [...withName('Undo', undos), blast] : []),
          ...owners,
          ...said,
          ...toDo,
        ]),
      ];
  const details = [...manual, ...diff, ...exact].map((code) => section(code));
  const approvable = gate.state === 'open' && hidden === 0;
  const where2read = `\`belay gates ${gate.id}\`${web === undefined ? '' : ` or <${web}/runs/${gate.run}#${gate.id}|the page>`}`;
  const left = hidden + shared.left - before;
  const notice =
    left === 0
      ? []
      : [
          section(
            hidden > 0
              ? `*Not here* This is destructive and ${hidden} characters of it do not fit here, so it cannot be approved from this card. Read all of it with ${where2read} and approve it with \`belay approve ${gate.id}\`.`
              : `*Shortened* ${left} characters do not fit here. All of it: ${where2read}`,
          ),
        ];
  const buttons = buttonsOf({ gate, option, number, web, approvable });
  return [...head, ...details, ...byHand(commands), ...notice, ...(buttons.length > 0 ? [actions(buttons)] : [])];
}

/** The first code block under its name; the rest below it. */
const byHand = (commands: readonly string[]): types.KnownBlock[] =>
  commands.map((code, at) =>
    at === 0 && code.length + 12 <= LIMITS.section ? section(`*By hand*\n${code}`) : section(code),
  );
