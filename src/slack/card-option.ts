import { leftAligned } from './left-aligned.ts';
import type { types } from '@slack/bolt';
import type { Gate, GateOption } from '../domain/gate.ts';
import type { JsonObject } from '../domain/json.ts';
import { proposedByText } from '../domain/plan.ts';
import { actions, divider, fields, section, sections } from './blocks.ts';
import { ACTIONS, type ButtonValue } from './button-value.ts';
import { CardBudget } from './card-budget.ts';
import { plain } from './inert.ts';

/** What an option does, in the words of the tools worker (never the proposer's): one sentence per action. */
export function sentencesOf(option: GateOption): string[] {
  if (option.actions.length > 0) return option.actions.map((action) => action.sentence);
  return [option.manual === null ? 'Do nothing and watch' : 'A person does it by hand; Belay changes nothing'];
}

/** What an option changes, by name and by the connection it is reached through. */
export function targetsOf(option: GateOption): string[] {
  return [
    ...new Set(
      option.actions.map(({ target }) => `${target.name} (${target.system}${connectionOf(target.connection)})`),
    ),
  ];
}

const connectionOf = (connection: string): string => (connection === 'default' ? '' : `, ${connection}`);

/** How an option is taken back, and whether it can be. */
export function undoOf(option: GateOption): string {
  if (option.actions.length === 0) return 'nothing to undo';
  const ways = option.actions.map((action) => {
    if (action.reversible === 'no' || action.undo === null) return 'cannot be undone';
    return action.reversible === 'partly' ? `only partly: ${action.undo}` : action.undo;
  });
  const distinct = [...new Set(ways)];
  return distinct.length === 1 || ways.length === 1
    ? (distinct[0] ?? '')
    : ways.map((way, index) => `${index + 1}. ${way}`).join('; ');
}

const blastOf = (option: GateOption): string =>
  option.actions
    .map(({ blastRadius: { count, unit, percent } }) =>
      percent === undefined ? `${count} ${unit}` : `${count} ${unit} (${percent} %)`,
    )
    .join('; ') || 'nothing changes';

/** The owner that would revert a live change, said once per owner. */
function ownersOf(option: GateOption): string[] {
  return [
    ...new Set(
      option.actions.flatMap(({ owner }) =>
        owner === null
          ? []
          : [
              owner.paused
                ? `${owner.kind} ${owner.name} owns this; its reconciliation is paused, so the change lasts until that is resumed`
                : `${owner.kind} ${owner.name} owns this and will revert a live change`,
            ],
      ),
    ),
  ];
}

const isIrreversible = (option: GateOption): boolean => option.actions.some((action) => action.reversible === 'no');
const isDestructive = (option: GateOption): boolean => option.actions.some((action) => action.risk === 'destructive');

/** The exact request, as its digest covers it, and the same by hand. */
function exactText(option: GateOption): string {
  const many = option.actions.length > 1;
  return option.actions
    .map((action, index) =>
      [
        `${many ? `${index + 1}. ` : ''}${action.tool} ${pairs(action.args)}`.trimEnd(),
        ...(Object.keys(action.precondition).length === 0
          ? []
          : [`only while ${shortHashes(pairs(action.precondition))}`]),
        ...(action.command === null ? [] : [`by hand: ${action.command}`]),
      ].join('\n'),
    )
    .join('\n\n');
}

/** Twelve digits name a hash to a person; `belay gates` has all of it, and the approval binds all of it. */
const shortHashes = (text: string): string => text.replaceAll(/sha256:([0-9a-f]{12})[0-9a-f]{52}/gu, 'sha256:$1…');

/** `namespace="shop" toRevision=3`: every value as JSON, so that nothing hides in how it is written. */
const pairs = (values: JsonObject): string =>
  Object.entries(values)
    .map(([key, value]) => `${/^[\w.-]+$/.test(key) ? key : JSON.stringify(key)}=${JSON.stringify(value)}`)
    .join(' ');

function diffText(option: GateOption): string {
  const diffs = option.actions.map(({ diff }, index) => ({ diff: diff.trimEnd(), number: index + 1 }));
  const shown = diffs.filter(({ diff }) => diff !== '').map((one) => ({ ...one, diff: leftAligned(one.diff) }));
  return shown.map(({ diff, number }) => (diffs.length > 1 ? `# ${number}.\n${diff}` : diff)).join('\n\n');
}

const numbered = (lines: readonly string[]): string[] =>
  lines.length === 1 ? [`*${lines[0]}*`] : lines.map((one, index) => `*${index + 1}.* ${one}`);

/** What the option's block says about its place among the others. */
function placeOf(option: GateOption, number: number, of: number): string[] {
  return of === 1 ? [] : [`Option ${number} of ${of}${option.recommended ? ' · recommended' : ''}`];
}

/** How the option's button is called. Never in the proposer's words. */
function buttonText(option: GateOption, number: number, of: number): string {
  if (option.manual !== null && option.actions.length === 0) return 'I will do it by hand';
  if (option.actions.length === 0) return 'Do nothing and watch';
  return of === 1 ? 'Approve' : `Approve option ${number}`;
}

function approveButton(gate: Gate, option: GateOption, number: number): types.Button {
  const value: ButtonValue = { gate: gate.id, option: option.id, digest: option.digest };
  // Slack refuses an empty text.
  const sentence = plain(sentencesOf(option).join('; '), 250) || 'Look at the card first.';
  return {
    type: 'button',
    action_id: ACTIONS.approve,
    text: { type: 'plain_text', text: buttonText(option, number, gate.options.length) },
    value: JSON.stringify(value),
    ...(option.recommended ? { style: 'primary' as const } : {}),
    ...(isIrreversible(option) || isDestructive(option)
      ? {
          confirm: {
            title: {
              type: 'plain_text',
              text: isIrreversible(option) ? 'This cannot be undone' : 'This destroys something',
            },
            text: { type: 'plain_text', text: sentence },
            confirm: { type: 'plain_text', text: 'Approve' },
            deny: { type: 'plain_text', text: 'Not yet' },
            style: 'danger' as const,
          },
        }
      : {}),
  };
}

function denyButton(gate: Gate, option: GateOption): types.Button {
  const value: ButtonValue = { gate: gate.id, option: option.id, digest: option.digest };
  return {
    type: 'button',
    action_id: ACTIONS.deny,
    text: { type: 'plain_text', text: 'Deny…' },
    value: JSON.stringify(value),
  };
}

/** The diagnosis, in its author's words and under its author's name. */
function whyBlock(gate: Gate, budget: CardBudget): types.KnownBlock {
  const author = budget.line(proposedByText(gate.proposedBy), 200);
  const says = gate.proposedBy.kind === 'rules' ? author : `${author} says`;
  return section(`*Why* · ${says} · confidence ${gate.plan.confidence}\n${budget.quote(gate.plan.diagnosis, 2_000)}`);
}

/**
 * One option of an undecided gate. Everything above the buttons comes from the canonical actions; only what is quoted
 * comes from the author of the plan. A destructive option that does not fit whole has no approve button here.
 */
export function optionBlocks(gate: Gate, option: GateOption, number: number, budget: CardBudget): types.KnownBlock[] {
  const first = number === 1;
  const before = budget.left;
  const title = numbered(sentencesOf(option).map((sentence) => budget.line(sentence, 300)));
  const targets = targetsOf(option).map((target) => budget.line(target, 300));
  const where =
    targets.length === 0
      ? []
      : targets.length === 1
        ? targets
        : targets.map((target, index) => `${index + 1}. ${target}`);
  const undo = `*Undo* ${budget.line(undoOf(option), 600)}`;
  const blast = `*Blast radius* ${budget.line(blastOf(option), 300)}`;
  const owners = ownersOf(option).map((owner) => `*Warning* ${budget.line(owner, 300)}`);
  const place = placeOf(option, number, gate.options.length);
  const manual = option.manual === null ? [] : budget.code(option.manual, first ? 2 : 1);
  const diff = budget.code(diffText(option), first ? 2 : 1);
  const exact = budget.code(exactText(option), first ? 2 : 1);
  const acts = option.actions.length > 0;

  const said =
    gate.options.length === 1 || option.why === ''
      ? []
      : [budget.quote(`“${option.title}”: ${option.why}`, first ? 900 : 500)];
  const byHand = option.manual === null ? [] : ['*To do by hand*, as the plan’s author wrote it:'];
  const head = first
    ? [
        ...sections([...place, ...title, ...where]),
        whyBlock(gate, budget),
        ...(acts ? [fields([undo, blast])] : []),
        ...sections([...owners, ...said, ...byHand]),
      ]
    : [
        divider,
        ...sections([...place, ...title, ...where, ...(acts ? [undo, blast] : []), ...owners, ...said, ...byHand]),
      ];
  const details = [...manual, ...diff, ...exact].map((code) => section(code));
  const left = budget.left - before;
  const whole = left === 0;
  const approvable = gate.state === 'open' && (whole || !isDestructive(option));
  const where2read = `\`belay gates ${gate.id}\``;
  const notice = whole
    ? []
    : [
        section(
          approvable
            ? `*Shortened* ${left} characters do not fit here. All of it: ${where2read}`
            : `*Not here* This is destructive and ${left} characters of it do not fit here, so it cannot be approved from this card. Read all of it with ${where2read} and approve it with \`belay approve ${gate.id}\`.`,
        ),
      ];
  const buttons = [
    ...(approvable ? [approveButton(gate, option, number)] : []),
    ...(first ? [denyButton(gate, option)] : []),
  ];
  return [...head, ...details, ...notice, ...(buttons.length > 0 ? [actions(buttons)] : [])];
}
