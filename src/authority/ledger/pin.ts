import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Checkpoint } from '../../domain/checkpoint.ts';
import { Digest } from '../../domain/digest.ts';
import { codeOf } from '../../platform/problem.ts';

/** What the server remembers of the record outside the database, in a file of its data folder. */
export const Pin = z.object({
  v: z.literal(1),
  at: z.iso.datetime(),
  sequence: z.object({ number: z.number().int().min(0), hash: Digest }),
  checkpoint: Checkpoint.nullable(),
  /** Digests of anchored checkpoints of a history that people gave up when they resumed after a restore. */
  accepted: z.array(Digest),
});
export type Pin = z.infer<typeof Pin>;

/** The pin at `path`; undefined where there is none. @throws when there is something else: a pin is never ignored. */
export function readPin(path: string): Pin | undefined {
  try {
    return Pin.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be read as the pin of the ledger; put back the one that was there`, {
      cause: error,
    });
  }
}

/** Whole or not at all. @throws when the folder cannot be written. */
export function writePin(path: string, pin: Pin): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${JSON.stringify(pin)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}
