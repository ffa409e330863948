import { z } from 'zod';
import { Digest, digestOf } from './digest.ts';
import { JsonObject } from './json.ts';

/** Every kind of ledger entry. `action.executed` is a side effect that happened. */
export const LedgerKind = z.enum([
  'run.registered',
  'run.bound',
  'alert.received',
  'alert.joined',
  'alert.resolved',
  'evidence.read',
  'model.turn',
  'plan.proposed',
  'action.previewed',
  'gate.opened',
  'gate.observed',
  'gate.reminded',
  'gate.escalated',
  'gate.voided',
  'gate.expired',
  'decision.recorded',
  'decision.refused',
  'gate.decided',
  'gate.revised',
  'gate.forced',
  'grant.refused',
  'action.intended',
  'action.reconciling',
  'action.executed',
  'action.failed',
  'action.undone',
  'action.undo-failed',
  'action.in-doubt',
  'action.settled',
  'action.performed-outside',
  'run.verified',
  'run.undoing',
  'run.halted',
  'run.resumed',
  'run.note',
  'run.finished',
  'signal.foreign',
  'incident.acknowledged',
  'approval.revoked',
  'halt.begun',
  'halt.lifted',
  'freeze.added',
  'freeze.lifted',
  'scan.recorded',
  'exception.requested',
  'exception.in-force',
  'exception.revoked',
  'bundle.activated',
  'bundle.refused',
  'passkey.added',
  'passkey.revoked',
  'key.adopted',
  'key.retired',
  'checkpoint.sealed',
  'list.closed',
  'list.reduced',
  'list.asked',
  'item.kept',
  'items.previewed',
  'batch.reported',
  'savings.measured',
]);
export type LedgerKind = z.infer<typeof LedgerKind>;

/** One entry of a run's hash chain. */
export const LedgerEntry = z.object({
  v: z.literal(1),
  run: z.string(),
  seq: z.number().int().positive(),
  kind: LedgerKind,
  at: z.iso.datetime(),
  body: JsonObject,
  prev: Digest,
  hash: Digest,
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** The chain of what belongs to no run: bundles, freezes, keys, passkeys, checkpoints. */
export const SYSTEM_CHAIN = 'system';

/** The hash before a chain's first entry; it binds the chain to its run. */
export const chainRoot = (run: string): Digest => digestOf({ v: 1, chain: run });

/** An entry's hash, over everything in it but the hash itself. */
export function entryHash(entry: Omit<LedgerEntry, 'hash'>): Digest {
  const { v, run, seq, kind, at, body, prev } = entry;
  return digestOf({ v, run, seq, kind, at, body, prev });
}

/** The first thing wrong with a chain, in words that name the entry; undefined when it holds. */
export function brokenLink(run: string, entries: readonly LedgerEntry[]): string | undefined {
  let prev = chainRoot(run);
  for (const [index, entry] of entries.entries()) {
    const where = `run ${run}, entry ${index + 1}`;
    if (entry.run !== run) return `${where}: it belongs to run ${entry.run}`;
    if (entry.seq !== index + 1)
      return `${where}: it is numbered ${entry.seq}; an entry was removed, inserted or reordered`;
    if (entry.prev !== prev) return `${where} (${entry.kind}): it does not follow the entry before it`;
    if (entryHash(entry) !== entry.hash)
      return `${where} (${entry.kind}): its content was changed after it was written`;
    prev = entry.hash;
  }
  return undefined;
}
