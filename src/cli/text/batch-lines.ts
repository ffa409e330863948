import pc from 'picocolors';
import type { Batch } from '../../domain/batch.ts';
import {
  batchUndoText,
  COSTS_TITLE,
  costText,
  deedText,
  largestTexts,
  largestTitle,
  leftOutText,
  placesText,
  progressTexts,
} from '../../domain/batch-text.ts';
import { manyText } from '../../domain/count-text.ts';
import type { GateView, OptionView } from '../views.ts';
import { printable } from './table.ts';

/** What an approval over many asks: what, to what, for how much, how it is undone, the dearest of them, and the rest's place. */
export function batchLines(gate: GateView, option: OptionView, batch: Batch): string[] {
  const { blastRadius, risk, tool, list, root, largest, count } = batch;
  const { progress } = gate;
  const left = leftOutText(batch);
  const facts: [name: string, value: string | undefined, alarm?: boolean][] = [
    ['So far', progress && progressTexts(progress, gate.state === 'done').join(', ')],
    ['Where', placesText(batch)],
    [COSTS_TITLE, costText(batch)],
    ['Affects', `${manyText(blastRadius.count)} ${blastRadius.unit}`],
    ['Undo', batchUndoText(batch), batch.noWayBack > 0],
    ['Risk', risk],
    ['Left out', left],
    ['Exactly', `${tool} on the ${count} items of list ${list}, root ${root}`],
  ];
  const more = count - largest.length;
  return [
    `  ${pc.bold('→')} ${printable(deedText(batch))}`,
    ...facts.flatMap(([name, value, alarm]) =>
      value === undefined ? [] : [`    ${pc.dim(name.padEnd(9))} ${(alarm ? pc.red : String)(printable(value))}`],
    ),
    `    ${pc.dim(largestTitle(batch))}`,
    ...largestTexts(batch).map((text) => `      ${printable(text)}`),
    `    ${more > 0 ? `and ${manyText(more)} more; each` : 'Each'} in: belay items ${gate.id}`,
    `  ${pc.dim(option.digest)}`,
  ];
}
