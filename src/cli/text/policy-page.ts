import ms from 'ms';
import pc from 'picocolors';
import type { Explanation } from '../../authority/policy/explanation.ts';
import type { TestResult } from '../../authority/policy/policy-test.ts';
import type { Requirement } from '../../domain/requirement.ts';
import { printable, table } from './table.ts';

/** Milliseconds in the largest unit that says them whole: `32h`, `90m`. */
const durationText = (milliseconds: number): string => {
  const unit = (['d', 'h', 'm'] as const).find((one) => milliseconds % ms(`1${one}`) === 0);
  return unit === undefined ? `${milliseconds / 1000}s` : `${milliseconds / ms(`1${unit}`)}${unit}`;
};

const waiting = ({ expiresAfterMs, validForMs, remindAfterMs, escalate, breakGlass }: Requirement): string[] => [
  `waits ${durationText(expiresAfterMs)}, reminding after ${remindAfterMs.map(durationText).join(', ') || 'nothing'}; an approval is good for ${durationText(validForMs)}`,
  ...escalate.map(({ afterMs, group }) => `asks ${group} too after ${durationText(afterMs)}`),
  ...(breakGlass.length === 0
    ? []
    : [`one of ${breakGlass.join(' or ')} may force it in an open incident, with a passkey`]),
];

/** What would happen, and which rules say so. */
export function explanationText({ judgement, said }: Explanation): string {
  const what =
    judgement.say === 'run'
      ? pc.green('It runs, and nobody is asked.')
      : judgement.say === 'gate'
        ? `${pc.yellow('It waits for people:')} ${printable(judgement.requirement.rule)}`
        : `${pc.red('It is forbidden:')} ${printable(judgement.message)} (${printable(judgement.rule)})`;
  const rows = said.map(({ id, effect, place, gate, note }) => [
    id,
    effect,
    gate === null ? '' : `@gate("${gate}")`,
    place,
    note ?? '',
  ]);
  return [
    what,
    ...(judgement.say === 'gate' ? waiting(judgement.requirement).map((line) => `  ${printable(line)}`) : []),
    ...(rows.length === 0 ? [] : ['', table(['RULE', 'SAYS', 'GATE', 'WHERE', ''], rows)]),
  ].join('\n');
}

/** Table tests that ran: those that failed, and how many held. */
export function resultsText(name: string, results: readonly TestResult[]): string {
  const failed = results.filter(({ ok }) => !ok);
  const held = `${results.length - failed.length} of ${results.length}`;
  if (failed.length === 0) return `${pc.green('✓')} ${name}: ${held} hold`;
  const rows = failed.map((result) => [result.name, result.expected, result.got]);
  return `${pc.red('✗')} ${name}: ${held} hold\n${table(['TEST', 'EXPECTED', 'GOT'], rows)}`;
}
