import type { Selectable } from 'kysely';
import { z } from 'zod';
import { actionDigest } from '../../../domain/action.ts';
import type { LedgerEntry, LedgerKind } from '../../../domain/ledger.ts';
import type { ActionsTable, IntentsTable } from '../../../platform/database/schema.ts';
import { same, worded } from './same.ts';

const STATUS: Partial<Record<LedgerKind, IntentsTable['status']>> = {
  'action.intended': 'running',
  'action.executed': 'done',
  'action.undone': 'done',
  'action.failed': 'failed',
  'action.undo-failed': 'failed',
  'action.in-doubt': 'in-doubt',
};

const key = (action: unknown, phase: unknown): string => `${worded(action)} (${worded(phase)})`;

/** What the record says became of every side effect that was begun: its status and digest. */
function ofRecord(entries: readonly LedgerEntry[]) {
  const ends = new Map<string, { status: unknown; digest: unknown }>();
  for (const { kind, body } of entries) {
    const status = kind === 'action.settled' ? body['status'] : STATUS[kind];
    const of = key(body['action'], body['phase']);
    if (status === undefined || (kind !== 'action.intended' && !ends.has(of))) continue;
    ends.set(of, { status, digest: ends.get(of)?.digest ?? body['digest'] });
  }
  return ends;
}

/** How the journal of side effects differs from the record: a row that is gone would let something happen twice. */
export function intentRowProblems(
  run: string,
  rows: readonly Selectable<IntentsTable>[],
  entries: readonly LedgerEntry[],
): string[] {
  const ends = ofRecord(entries);
  const problems: string[] = [];
  for (const row of rows) {
    const of = key(row.action, row.phase);
    const end = ends.get(of);
    if (!end) problems.push(`run ${run}: ${of} is in table intents and was never granted; it was inserted`);
    else if (!same(row.status, end.status) || !same(row.digest, end.digest))
      problems.push(
        `run ${run}: ${of} in table intents is ${row.status}, which is not what its record says (${worded(end.status)})`,
      );
    ends.delete(of);
  }
  return [
    ...problems,
    ...[...ends.keys()].map((of) => `run ${run}: ${of} was granted and has no row; it was removed from table intents`),
  ];
}

const Seen = z.object({ action: z.string(), digest: z.string(), sentence: z.string() });

/** What was recorded last of each action when a tools worker looked, one by one or with the other items of a list. */
function previewedIn(entries: readonly LedgerEntry[]): Map<string, z.infer<typeof Seen>> {
  const seen = entries.flatMap(({ kind, body }) => {
    if (kind === 'action.previewed') return [body];
    const { previews } = body;
    return kind === 'items.previewed' && Array.isArray(previews) ? previews : [];
  });
  return new Map(seen.flatMap((one) => Seen.safeParse(one).data ?? []).map((one) => [one.action, one]));
}

/** How the previews that cards are made of differ from what was recorded when a tools worker looked. */
export function actionRowProblems(
  run: string,
  rows: readonly Selectable<ActionsTable>[],
  entries: readonly LedgerEntry[],
): string[] {
  const seen = previewedIn(entries);
  return rows.flatMap((row) => {
    const recorded = seen.get(row.id);
    const holds =
      same(row.digest, recorded?.digest) &&
      actionDigest(row.preview) === row.digest &&
      same(row.preview.sentence, recorded?.sentence) &&
      row.tool === row.preview.tool &&
      row.target_key === row.preview.target.key;
    return holds ? [] : [`run ${run}: ${row.id} in table actions is not what was previewed`];
  });
}
