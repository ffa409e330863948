import { batchUndoText, deedText, placesText } from '../domain/batch-text.ts';
import { type Gate, type GateOption, isOwnKind } from '../domain/gate.ts';

type Action = GateOption['actions'][number];

/** What an option does, in the words of the tools worker (never the proposer's): one sentence per action. */
export function sentencesOf(option: GateOption): string[] {
  if (option.batch) return [deedText(option.batch)];
  if (option.actions.length > 0) return option.actions.map((action) => action.sentence);
  return [option.manual === null ? 'Do nothing and watch' : 'A person does it by hand; Belay changes nothing'];
}

/** What a gate asks, in one line: what its option does, or the authority's own question. */
export function subjectOf(gate: Gate, option: GateOption | undefined): string {
  if (isOwnKind(gate.kind) || option === undefined) return gate.plan.diagnosis;
  return sentencesOf(option).join('; ');
}

/** What an option changes, by name and by the connection it is reached through. */
export function targetsOf(option: GateOption): string[] {
  if (option.batch) return [placesText(option.batch)];
  return [
    ...new Set(
      option.actions.map(({ target }) => `${target.name} (${target.system}${connectionOf(target.connection)})`),
    ),
  ];
}

const connectionOf = (connection: string): string => (connection === 'default' ? '' : `, ${connection}`);

const wayBack = ({ reversible, undo }: Action): string => {
  if (reversible === 'no' || undo === null) return 'cannot be undone';
  return reversible === 'partly' ? `only partly: ${undo}` : undo;
};

/** How an option is taken back, and whether it can be: one line for all, or one for each action. */
export function undosOf(option: GateOption): string[] {
  if (option.batch) return [batchUndoText(option.batch)];
  if (option.actions.length === 0) return ['nothing to undo'];
  const ways = option.actions.map(wayBack);
  const distinct = [...new Set(ways)];
  return distinct.length === 1 ? distinct : ways.map((way, index) => `${index + 1}. ${way}`);
}

/** How much an option touches. */
export const blastOf = (option: GateOption): string =>
  option.actions
    .map(({ blastRadius: { count, unit, percent } }) =>
      percent === undefined ? `${count} ${unit}` : `${count} ${unit} (${percent} %)`,
    )
    .join('; ') || 'nothing changes';

/** The owner that would revert a live change, said once per owner. */
export function ownersOf(option: GateOption): string[] {
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

/** Whether something in an option cannot be taken back. */
export const isIrreversible = ({ actions, batch }: GateOption): boolean =>
  batch === undefined
    ? actions.some((action) => action.reversible === 'no')
    : batch.reversible === 'no' || batch.noWayBack > 0;
