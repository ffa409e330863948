import type { GateOption } from '../domain/gate.ts';
import type { JsonObject } from '../domain/json.ts';
import { leftAligned } from './left-aligned.ts';

/** The exact request, as its digest covers it. */
export function exactText(option: GateOption): string {
  const many = option.actions.length > 1;
  return option.actions
    .map((action, index) =>
      [
        `${many ? `${index + 1}. ` : ''}${action.tool} ${pairs(action.args)}`.trimEnd(),
        ...(Object.keys(action.precondition).length === 0
          ? []
          : [`only while ${shortHashes(pairs(action.precondition))}`]),
      ].join('\n'),
    )
    .join('\n\n');
}

/** The same by hand, as commands; empty where no command does it. */
export const commandText = (option: GateOption): string =>
  option.actions.flatMap(({ command }) => (command === null ? [] : [command])).join('\n');

/** Twelve digits name a hash to a person; `belay gates` has all of it, and the approval binds all of it. */
const shortHashes = (text: string): string => text.replaceAll(/sha256:([0-9a-f]{12})[0-9a-f]{52}/gu, 'sha256:$1…');

/** `namespace="shop" toRevision=3`: every value as JSON, so that nothing hides in how it is written. */
const pairs = (values: JsonObject): string =>
  Object.entries(values)
    .map(([key, value]) => `${/^[\w.-]+$/.test(key) ? key : JSON.stringify(key)}=${JSON.stringify(value)}`)
    .join(' ');

/** What changes, as a diff; numbered where several actions have one. */
export function diffText(option: GateOption): string {
  const diffs = option.actions.map(({ diff }, index) => ({ diff: diff.trimEnd(), number: index + 1 }));
  const shown = diffs.filter(({ diff }) => diff !== '').map((one) => ({ ...one, diff: leftAligned(one.diff) }));
  return shown.map(({ diff, number }) => (diffs.length > 1 ? `# ${number}.\n${diff}` : diff)).join('\n\n');
}
