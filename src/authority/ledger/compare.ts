import { type Checkpoint, checkpointDigest, checkpointPart } from '../../domain/checkpoint.ts';
import { type Digest, digestOf } from '../../domain/digest.ts';
import type { SequenceHead } from '../../domain/sequence.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import { reasonOf } from '../../platform/problem.ts';
import type { AuthorityContext } from '../context.ts';
import type { Anchor } from './anchors/anchor.ts';
import type { Pin } from './pin.ts';

/** Longest wait for one anchor's answer at start, in milliseconds. */
const ANCHOR_PATIENCE_MS = 20_000;

/** How the database stands to what was kept outside it. */
export interface Comparison {
  /** It is behind, or tells another history; each names where that was kept. */
  readonly problems: readonly string[];
  /** Places that could not be asked. */
  readonly unread: readonly string[];
  /** Digests of checkpoints outside that the database does not have. */
  readonly strange: readonly Digest[];
}

/** How the sequence in the database differs from a place that was seen, in words; undefined when it has it. */
export async function sequenceDiffers(db: Database | Trx, { number, hash }: SequenceHead): Promise<string | undefined> {
  if (number === 0) return undefined;
  const row = await db.selectFrom('sequence').select('hash').where('number', '=', number).executeTakeFirst();
  if (row?.hash === hash) return undefined;
  if (row) return `number ${number} of the sequence of decisions is another one`;
  const last = await db.selectFrom('sequence').select('number').orderBy('number', 'desc').executeTakeFirst();
  return `the sequence of decisions ends at number ${last?.number ?? 0}, which is before ${number}`;
}

async function checkpointDiffers(db: Database | Trx, kept: Checkpoint): Promise<string | undefined> {
  const row = await db.selectFrom('checkpoints').select('record').where('number', '=', kept.number).executeTakeFirst();
  if (!row) return `checkpoint ${kept.number} of ${kept.at} is not in the database`;
  return digestOf(row.record) === checkpointDigest(kept)
    ? await sequenceDiffers(db, kept.sequence)
    : `checkpoint ${kept.number} of ${kept.at} is another one in the database`;
}

const patiently = <T>(work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('it does not answer')), ANCHOR_PATIENCE_MS);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
};

/** Holds the database against the pin and what every readable anchor was given last. Anchors are asked side by side. */
export async function compareOutside(
  { db, key }: Pick<AuthorityContext, 'db' | 'key'>,
  pin: Pin | undefined,
  anchors: readonly Anchor[],
): Promise<Comparison> {
  const problems: string[] = [];
  const unread: string[] = [];
  const strange = new Set<Digest>();
  if (pin) {
    const differs =
      (pin.checkpoint && (await checkpointDiffers(db, pin.checkpoint))) ?? (await sequenceDiffers(db, pin.sequence));
    if (differs !== undefined) problems.push(`The pin in the data folder, of ${pin.at}, does not agree: ${differs}.`);
    if (differs !== undefined && pin.checkpoint) strange.add(checkpointDigest(pin.checkpoint));
  }
  const asked = await Promise.all(
    anchors.map(async ({ name, latest }) => {
      try {
        return { name, kept: latest && (await patiently(latest())) };
      } catch (error) {
        unread.push(`${name}: ${reasonOf(error)}`);
        return { name, kept: undefined };
      }
    }),
  );
  for (const { name, kept } of asked) {
    if (!kept || pin?.accepted.includes(checkpointDigest(kept))) continue;
    // A checkpoint that this authority did not sign proves nothing, against it either; but somebody wrote it there.
    if (!key.verify(checkpointPart(kept), kept.keyId, kept.signature)) {
      unread.push(`${name}: its last checkpoint (${kept.number}) is not signed by a key of this Belay`);
      continue;
    }
    const differs = await checkpointDiffers(db, kept);
    if (differs === undefined) continue;
    problems.push(`The anchor ${name} does not agree: ${differs}.`);
    strange.add(checkpointDigest(kept));
  }
  return { problems, unread, strange: [...strange] };
}
