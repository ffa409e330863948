import pc from 'picocolors';
import { isOwnKind } from '../../domain/gate.ts';
import type { ActionView, GateView, OptionView } from '../views.ts';
import { batchLines } from './batch-lines.ts';
import { subjectOf } from './subject-of.ts';
import { printable, visible } from './table.ts';
import { utc } from './times.ts';
import { toned } from './tones.ts';

const DEEDS: Readonly<Record<string, string>> = {
  approve: 'approved',
  deny: 'denied',
  edit: 'edited',
  'send-back': 'sent back',
  'by-hand': 'did by hand',
  'break-glass': 'forced (break-glass)',
};

/** An approval as text: what will happen, to what, the diff, why, how it is undone, and each option's digest. */
export function gateCard(gate: GateView): string {
  const confidence = gate.plan?.confidence;
  const own = isOwnKind(gate.kind);
  const why = gate.plan?.diagnosis;
  const facts: [name: string, value: string | null | undefined, alarm?: true][] = [
    ['On hold', gate.frozen && `${gate.frozen}. Nothing is approved or begun until that is lifted.`, true],
    ['Special', gate.special === 'break-glass' ? 'forced by break-glass' : gate.special, true],
    ['Run', `${gate.run}${gate.runbook ? ` (${gate.runbook})` : ''}`],
    ['Target', gate.target],
    ['Why', own ? undefined : why && `${why}${confidence ? ` (confidence: ${confidence})` : ''}`],
    ['Proposed', own ? undefined : proposer(gate.proposedBy)],
    ['Asked by', gate.requester],
    ['On it', gate.incidentOpen ? (gate.responder ?? `nobody yet: belay ack ${gate.run}`) : undefined],
    ['Needs', needs(gate)],
    ['Missing', gate.missing.join(', ')],
    ['Nobody', gate.emptyGroups.length > 0 ? `${gate.emptyGroups.join(', ')} has no members` : undefined, true],
    ['State', gate.reason ? `${gate.state}: ${gate.reason}` : undefined],
    ['Next', gate.replacedBy && `${gate.replacedBy} takes its place`],
    ['Until', gate.expiresAt && `${utc(gate.expiresAt)} UTC`],
  ];
  return [
    `${pc.bold(printable(subjectOf(gate) || 'Approval'))}  ${pc.dim(gate.id)}  ${toned(gate.state)}`,
    ...facts.flatMap(([name, value, alarm]) =>
      value ? [`${pc.dim(name.padEnd(9))}${(alarm ? pc.red : String)(printable(value))}`] : [],
    ),
    ...gate.decisions.map(decisionLine),
    ...gate.evidence.map(({ id, summary }) => `${pc.dim('Evidence')} ${printable(summary)} ${pc.dim(id.slice(0, 13))}`),
    ...gate.options.flatMap((option) => [
      '',
      ...(option.batch ? batchLines(gate, option, option.batch) : optionLines(option, gate.options.length > 1 || own)),
    ]),
  ].join('\n');
}

function needs({ requirement, missing }: GateView): string | undefined {
  if (!requirement) return undefined;
  const all = requirement.needs.map(({ count, group }) => `${count} of ${group}`).join(', ');
  // What is missing stands in the next line; before anybody approved it is the same.
  if (all === '' || (all === missing.join(', ') && !requirement.stepUp)) return undefined;
  return `${all}${requirement.selfApproval ? '' : ', not by who asked for it'}${requirement.stepUp ? ', each with their passkey' : ''}`;
}

function decisionLine({ decision, person, at, reason, strength, without }: GateView['decisions'][number]): string {
  const how = strength === 'step-up' ? ', with passkey' : '';
  const why = reason ? `: “${reason}”` : '';
  return `${pc.dim('Said')}     ${printable(`${person.name} (${person.id}${how}) ${DEEDS[decision] ?? decision} it${without.length > 0 ? ` and took out ${without.length}` : ''} at ${utc(at)} UTC${why}`)}`;
}

function optionLines(option: OptionView, several: boolean): string[] {
  const title = `${option.id}${option.title ? `: ${printable(option.title)}` : ''}`;
  return [
    ...(several ? [`${pc.bold(`Option ${title}`)}${option.recommended ? pc.green('  recommended') : ''}`] : []),
    ...(several && option.why ? [`  ${printable(option.why)}`] : []),
    ...(option.actions.length === 0 && !option.manual
      ? ['  Nothing is changed.']
      : option.actions.flatMap(actionLines)),
    ...(option.manual ? ['  By hand:', ...indent(option.manual, 4)] : []),
    `  ${pc.dim(option.digest)}`,
  ];
}

function actionLines(action: ActionView): string[] {
  const { blastRadius: blast, diff, undo, reversible, command } = action;
  const share = blast?.percent === undefined ? '' : ` (${blast.percent} %)`;
  const request = `${action.tool} ${JSON.stringify(action.args)}`;
  return [
    `  ${pc.bold('→')} ${printable(action.sentence ?? request)}`,
    ...(diff ? indent(diff, 4).map(coloured) : []),
    ...(blast ? [`    ${pc.dim('Affects')}  ${blast.count} ${printable(blast.unit)}${share}`] : []),
    `    ${pc.dim('Undo')}     ${undo ? printable(undo) : pc.red('there is none')}${reversible ? pc.dim(` (reversible: ${reversible})`) : ''}`,
    `    ${pc.dim('Exactly')}  ${printable(request)}`,
    ...(command ? [`    ${pc.dim('By hand')}  ${printable(command)}`] : []),
  ];
}

const indent = (text: string, by: number): string[] =>
  visible(text)
    .trimEnd()
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`);

function coloured(line: string): string {
  const mark = line.trimStart()[0];
  return mark === '+' ? pc.green(line) : mark === '-' ? pc.red(line) : line;
}

/** Who thought of it. Without a model that is said in these words everywhere. */
function proposer(by: GateView['proposedBy']): string | undefined {
  if (by === null || by === undefined || typeof by === 'string') return by ?? undefined;
  if (by.kind === 'rules') return 'rule-based, no model';
  return by.kind === 'model' ? `model ${by.model ?? 'unknown'}` : (by.person ?? by.kind);
}
