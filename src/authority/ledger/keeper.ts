import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import type { Checkpoint } from '../../domain/checkpoint.ts';
import type { Digest } from '../../domain/digest.ts';
import { SEQUENCE_ROOT } from '../../domain/sequence.ts';
import { reasonOf } from '../../platform/problem.ts';
import type { AuthorityContext } from '../context.ts';
import type { Anchor } from './anchors/anchor.ts';
import { type AnchorStatus, supply } from './anchoring.ts';
import { compareOutside, type Comparison, sequenceDiffers } from './compare.ts';
import { lastCheckpoint } from './last-checkpoint.ts';
import { type Pin, readPin, writePin } from './pin.ts';
import { sealCheckpoint } from './seal.ts';

const HOUR = 3_600_000;
/** Longest wait for the anchors when the server stops. */
const LAST_PATIENCE_MS = 5000;
/** How often the pin follows the sequence: what was written within it before a restore is not missed by the pin. */
const LOOK_MS = 1000;

/** Who halts when the database and what is kept outside it disagree. */
export const START_CHECK = { id: 'belay:start-check', name: 'start check', door: 'schedule' } as const;

/** How the record is kept outside the database. */
export interface KeeperStatus {
  /** The last sealed one. */
  readonly checkpoint: { readonly number: number; readonly at: string; readonly entries: number } | null;
  readonly anchors: readonly AnchorStatus[];
  readonly pin: { readonly path: string; readonly problem: string | null };
  /** What the start found wrong, until people resumed. */
  readonly behind: readonly string[];
}

/** Keeps the record outside the database: pins, seals, anchors. */
export interface LedgerKeeper {
  /**
   * Holds the database against the pin and the anchors, once, before anything is granted. Where it does not agree,
   * it halts, and nothing is pinned, sealed or anchored while that halt is in force: the evidence stays.
   */
  check(): Promise<Comparison>;
  /** Begins to pin, seal and anchor. */
  start(): void;
  /** Seals now, pins it, and gives it to the anchors. */
  seal(): Promise<Checkpoint>;
  status(): Promise<KeeperStatus>;
  /** Seals a last time, as far as the database still answers, and waits for what is under way. */
  stop(): Promise<void>;
}

/** A keeper at `pinPath`. Its failures are in its status and told to `onError`; none of them holds up a decision. */
export function createKeeper(
  context: AuthorityContext,
  options: {
    readonly pinPath: string;
    readonly anchors: readonly Anchor[];
    /** Halts everything until people resume. Not called again while a halt of the start check is in force. */
    readonly halt: (why: readonly string[]) => Promise<void>;
    readonly onError: (error: unknown) => void;
    readonly sealEveryMs?: number;
  },
): LedgerKeeper {
  const { db, key } = context;
  const { pinPath, anchors, halt, onError, sealEveryMs = HOUR } = options;
  const supplies = anchors.map((anchor) => supply(context, anchor));
  let pinned: Pin | undefined;
  let pinProblem: string | null = null;
  let behind: readonly string[] = [];
  let strange: readonly Digest[] = [];
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<unknown> = Promise.resolve();

  /** One thing after the other, and no failure kept for the next. */
  const inLine = <T>(work: () => Promise<T>): Promise<T> => {
    const done = working.then(work);
    working = done.catch(() => undefined);
    return done;
  };

  async function pin(): Promise<void> {
    const head = (await db.selectFrom('sequence_head').select(['number', 'hash']).executeTakeFirst()) ?? SEQUENCE_ROOT;
    // A head before what was seen is for the grants to refuse and for `verify` to name; the pin does not follow it back.
    if (head.number < (pinned?.sequence.number ?? 0)) return;
    context.seen?.see(head);
    const checkpoint = (await lastCheckpoint(db, key)) ?? null;
    const same = pinned?.sequence.hash === head.hash && pinned.checkpoint?.signature === checkpoint?.signature;
    if (same && pinProblem === null) return;
    const next: Pin = {
      v: 1,
      at: context.now().toISOString(),
      sequence: head,
      checkpoint,
      accepted: pinned?.accepted ?? [],
    };
    try {
      writePin(pinPath, next);
      pinned = next;
      pinProblem = null;
    } catch (error) {
      if (pinProblem === null) onError(error);
      pinProblem = reasonOf(error);
    }
  }

  const isHalted = async (): Promise<boolean> => {
    const rows = await db.selectFrom('halts').select('by').where('lifted_at', 'is', null).execute();
    return rows.some(({ by }) => by.id === START_CHECK.id);
  };

  /** The database is not the one that was known: stop here, and leave what is outside as it is. */
  async function hold(problems: readonly string[], unknown: readonly Digest[] = []): Promise<void> {
    behind = problems;
    strange = unknown;
    if (!(await isHalted())) await halt(problems);
  }

  /** True while people have not yet said that the database as it is now is the one to go on with. */
  async function isHeld(): Promise<boolean> {
    if (behind.length === 0) return false;
    if (await isHalted()) return true;
    behind = [];
    context.seen?.forget();
    const at = context.now().toISOString();
    pinned = {
      v: 1,
      at,
      sequence: SEQUENCE_ROOT,
      checkpoint: null,
      accepted: [...(pinned?.accepted ?? []), ...strange],
    };
    return false;
  }

  const anchor = (checkpoint: Checkpoint) =>
    Promise.all(supplies.map((one) => one.give(checkpoint, context.now().getTime())));

  async function seal(): Promise<Checkpoint> {
    const checkpoint = await sealCheckpoint(context);
    await pin();
    await anchor(checkpoint);
    return checkpoint;
  }

  async function look(): Promise<void> {
    if (await isHeld()) return;
    // A database can be turned back under a server that runs, too.
    const seen = context.seen?.latest() ?? pinned?.sequence;
    const differs = seen && (await sequenceDiffers(db, seen));
    if (differs !== undefined) return await hold([`The database was turned back while Belay was running: ${differs}.`]);
    const last = pinned?.checkpoint;
    const due = last == null || context.now().getTime() - Date.parse(last.at) >= sealEveryMs;
    await pin();
    if (due) await seal();
    else await anchor(last);
  }

  return {
    check: () =>
      inLine(async () => {
        pinned = readPin(pinPath);
        const comparison = await compareOutside(context, pinned, anchors);
        if (comparison.problems.length > 0) await hold(comparison.problems, comparison.strange);
        else if (pinned) context.seen?.see(pinned.sequence);
        return comparison;
      }),
    start: () => {
      const again = (): void => {
        void inLine(look)
          .catch(onError)
          .finally(() => {
            if (timer !== undefined) timer = setTimeout(again, LOOK_MS);
          });
      };
      timer = setTimeout(again, 0);
    },
    seal: () =>
      inLine(async () => {
        if (await isHeld())
          throw new Error('nothing is sealed while the start check has halted this Belay: resume first');
        return await seal();
      }),
    status: async () => {
      const last = await lastCheckpoint(db, key);
      return {
        checkpoint: last ? { number: last.number, at: last.at, entries: last.entries } : null,
        anchors: await Promise.all(supplies.map((one) => one.status())),
        pin: { path: pinPath, problem: pinProblem },
        behind,
      };
    },
    stop: async () => {
      clearTimeout(timer);
      timer = undefined;
      const last = inLine(async () => {
        if (!(await isHeld())) await seal();
      }).catch(onError);
      // An anchor that does not answer is given it at the next start.
      const patience = new AbortController();
      const { signal } = patience;
      await Promise.race([last, setTimeoutPromise(LAST_PATIENCE_MS, undefined, { signal }).catch(() => undefined)]);
      patience.abort();
    },
  };
}
