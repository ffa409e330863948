import pc from 'picocolors';
import type { ActionView, GateView, OptionView } from '../views.ts';
import { printable, visible } from './table.ts';
import { utc } from './times.ts';
import { toned } from './tones.ts';

/** An approval as text: what will happen, to what, the diff, why, how it is undone, and each option's digest. */
export function gateCard(gate: GateView): string {
  const diagnosis = gate.diagnosis ?? gate.plan?.diagnosis;
  const confidence = gate.confidence ?? gate.plan?.confidence;
  const facts: [string, string | null | undefined][] = [
    ['Run', `${gate.run}${gate.runbook ? ` (${gate.runbook})` : ''}`],
    ['Target', gate.target],
    ['Why', diagnosis && `${diagnosis}${confidence ? ` (confidence: ${confidence})` : ''}`],
    ['Proposed', proposer(gate.proposedBy)],
    ['Asked by', gate.requester],
    ['Missing', gate.missing.join(', ')],
    ['State', gate.reason ? `${gate.state}: ${gate.reason}` : undefined],
    ['Until', gate.expiresAt && `${utc(gate.expiresAt)} UTC`],
  ];
  return [
    `${pc.bold(printable(gate.title ?? gate.sentence ?? 'Approval'))}  ${pc.dim(gate.id)}  ${toned(gate.state)}`,
    ...facts.flatMap(([name, value]) => (value ? [`${pc.dim(name.padEnd(9))}${printable(value)}`] : [])),
    ...gate.options.flatMap((option) => ['', ...optionLines(option, gate.options.length > 1)]),
  ].join('\n');
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
  const { blastRadius: blast, diff, undo, reversible } = action;
  const share = blast?.percent === undefined ? '' : ` (${blast.percent} %)`;
  return [
    `  ${pc.bold('→')} ${printable(action.sentence ?? `${action.tool} ${JSON.stringify(action.args)}`)}`,
    ...(diff ? indent(diff, 4).map(coloured) : []),
    ...(blast ? [`    ${pc.dim('Affects')}  ${blast.count} ${printable(blast.unit)}${share}`] : []),
    `    ${pc.dim('Undo')}     ${undo ? printable(undo) : pc.red('there is none')}${reversible ? pc.dim(` (reversible: ${reversible})`) : ''}`,
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
