import type { Generated, JSONColumnType } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { KeepRecord } from '../../domain/keep.ts';
import type { ListItem } from '../../domain/list-item.ts';
import type { ProofStep } from '../../domain/merkle.ts';

export interface ListsTable {
  run: string;
  name: string;
  /** The Merkle root over its items, in the order of their keys; null while tools workers still add to it. */
  digest: Digest | null;
  count: number | null;
  /** How many of the list it was made from are not in it. */
  left_out: Generated<number>;
  closed_at: Date | null;
  /** When its run went on with what was left of it; nobody keeps anything of it any more. */
  went_on_at: Date | null;
  /** Until when owners may say that they keep something; null where nobody is asked. */
  grace_ends_at: Date | null;
  remind_every_ms: number | null;
  asked_at: Date | null;
  /** What owners were told will happen, in words. */
  asks: string | null;
  reminded: number;
}

export interface ListItemsTable {
  run: string;
  list: string;
  key: string;
  /** Which read found it; read again, it replaces what it found before. */
  part: string;
  /** Whose credential reaches it. */
  queue: string;
  item: JSONColumnType<ListItem>;
  /** Its place in the order of the keys, from 1; null while the list is open. */
  position: number | null;
  /** The action it became in a batch gate. */
  action: string | null;
  /** Why it cannot be offered, or was not done. */
  problem: string | null;
  /** Why a later list of the run has it no more: who keeps it until when, or which exception covers it. */
  left_out: string | null;
  /** That the action is under the root that people approved. */
  proof: JSONColumnType<ProofStep[]> | null;
}

export interface KeepsTable {
  id: string;
  run: string;
  list: string;
  key: string;
  runbook: string;
  person: string;
  record: JSONColumnType<KeepRecord>;
  until: Date;
  at: Date;
}
