import type { ListNarrowing } from '../../domain/directory.ts';
import { reasonOf } from '../../platform/problem.ts';
import { ASK_WITHIN, LEFT_ALONE, MEMBERSHIP_AGE } from './membership-age.ts';

/**
 * The identities (`slack:<team>/<user>`, `pagerduty:<user>`) that one outside list has right now. Rejects, in words for
 * people, when it cannot be read; an empty answer means nobody.
 */
export type NarrowingSource = (id: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Where each kind of list is read. What is not configured is absent, and narrows to nobody. */
export type NarrowingSources = { readonly [Kind in ListNarrowing['kind']]?: NarrowingSource };

/** What a list said, and when. */
export interface Reading {
  readonly identities: ReadonlySet<string>;
  readonly at: Date;
}

/** The outside lists through a cache with a maximum age. */
export interface OutsideLists {
  /** Asks unless what it knows is fresh. Never rejects: `problem` says in words why there is no answer that counts. */
  read(list: ListNarrowing): Promise<Reading | { readonly problem: string }>;
  /** What it knows, of any age, without asking anybody. */
  lastRead(list: ListNarrowing): Reading | undefined;
}

const NOT_CONFIGURED: Readonly<Record<ListNarrowing['kind'], string>> = {
  'slack-usergroup': 'no Slack is configured (SLACK_BOT_TOKEN)',
  'pagerduty-schedule': 'no PagerDuty is configured (PAGERDUTY_TOKEN)',
};

interface Entry {
  reading?: Reading;
  failed?: { readonly at: Date; readonly why: string };
  asking?: Promise<void>;
}

/** A cache of what the sources say; `now` is the authority's clock. */
export function outsideLists(sources: NarrowingSources, now: () => Date): OutsideLists {
  const entries = new Map<string, Entry>();
  const entryOf = ({ kind, id }: ListNarrowing): Entry => {
    const key = `${kind}:${id}`;
    const entry = entries.get(key) ?? {};
    entries.set(key, entry);
    return entry;
  };
  /** A reading from the future was made before the clock was set back; its age is unknown, so it has none that counts. */
  const within = (at: Date | undefined, most: number): boolean => {
    const age = at === undefined ? Number.NaN : now().getTime() - at.getTime();
    return age >= 0 && age < most;
  };

  const ask = async (entry: Entry, source: NarrowingSource, id: string): Promise<void> => {
    // When it was asked, not when it answered: the answer may be that old.
    const at = now();
    try {
      const identities = await inTime((signal) => source(id, signal));
      entry.reading = { identities: new Set(identities), at };
      delete entry.failed;
    } catch (error) {
      entry.failed = { at, why: reasonOf(error) };
    }
  };

  return {
    lastRead: (list) => entryOf(list).reading,
    async read(list) {
      const source = sources[list.kind];
      if (!source) return { problem: NOT_CONFIGURED[list.kind] };
      const entry = entryOf(list);
      if (!within(entry.reading?.at, MEMBERSHIP_AGE.fresh) && !within(entry.failed?.at, LEFT_ALONE)) {
        entry.asking ??= ask(entry, source, list.id).finally(() => delete entry.asking);
        await entry.asking;
      }
      const { reading, failed } = entry;
      if (reading && within(reading.at, MEMBERSHIP_AGE.most)) return reading;
      const before = reading ? `; what it said at ${reading.at.toISOString()} is too old to count` : '';
      return { problem: `it cannot be read: ${failed?.why ?? 'the clock was set back'}${before}` };
    },
  };
}

/** Ends the wait also for a source that does not heed its signal. */
async function inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const late = new Error(`no answer within ${ASK_WITHIN / 1000} s`);
    over.abort(late);
    reject(late);
  }, ASK_WITHIN);
  try {
    return await Promise.race([work(over.signal), promise]);
  } finally {
    clearTimeout(timer);
  }
}
