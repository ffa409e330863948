import { Failure } from '../../domain/failure.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import { CliError } from '../../platform/problem.ts';
import type { AuthorityContext } from '../context.ts';
import { activateBundle, type LoadedBy } from './activate-bundle.ts';
import type { BundleContent } from './bundle-content.ts';
import { compileBundle, type CompiledBundle } from './compile-bundle.ts';
import { refuseBundle } from './refuse-bundle.ts';
import { lastBundle, type StoredBundle } from './stored-bundle.ts';

/** What the place has for a bundle right now. Read anew each time; throws nothing. */
export type BundleSource = () => Promise<{
  /** Where it comes from, in words: a folder, or the default set. */
  readonly from: string;
  readonly commit: string | null;
  readonly read: { content: BundleContent } | { problems: readonly string[] };
}>;

/** A bundle that was tried and does not hold. */
export interface Refused {
  readonly at: string;
  readonly problems: readonly string[];
}

export type ReloadAnswer =
  | { answer: 'activated'; hash: string; diff: readonly string[] }
  | { answer: 'unchanged'; hash: string }
  | { answer: 'refused'; hash: string; problems: readonly string[] };

/** Holds the bundle in force, and brings the next one in. */
export interface BundleKeeper {
  readonly active: () => CompiledBundle;
  readonly stored: () => StoredBundle;
  /** What was tried last and is not in force; null when all is well. */
  readonly refused: () => Refused | null;
  readonly from: () => string;
  /**
   * Takes over what another server put in force since, if anything: asked before whatever is judged by it, with the
   * transaction that judges where there is one. One cheap query where nothing changed.
   * @throws Failure `retry.unreachable` when what is in force cannot be read here: then nothing is decided or granted.
   */
  follow(db?: Database | Trx): Promise<void>;
  /** One at a time. Rejects only when the database does. */
  reload(by: LoadedBy): Promise<ReloadAnswer>;
}

type Context = Omit<AuthorityContext, 'bundle'>;
type Revoke = Parameters<typeof activateBundle>[2]['revoke'];

const listed = (problems: readonly string[]): string => problems.map((line) => `  ${line}`).join('\n');

/**
 * Loads the bundle at start. One that does not hold: the last good one stays in force, loudly; with none, it does not
 * start. @throws CliError (exit 2) with all problems.
 */
export async function keepBundle({
  context,
  source,
  by,
  revoke,
}: {
  context: Context;
  source: BundleSource;
  by: LoadedBy;
  /** Voids what people approved who are no longer active members; given the context of the new bundle. */
  revoke: Revoke;
}): Promise<BundleKeeper> {
  let refused: Refused | null = null;
  let from = '';
  let current: { bundle: CompiledBundle; stored: StoredBundle } | undefined;
  const inForce = () => {
    if (!current) throw new Error('no bundle is in force yet');
    return current;
  };
  const judging = (): AuthorityContext => ({ ...context, bundle: () => inForce().bundle });

  const refuse = async (problems: readonly string[], commit: string | null, loadedBy: LoadedBy) => {
    const { hash } = inForce().bundle;
    const again = refused?.problems.join('\n') === problems.join('\n');
    refused = { at: context.now().toISOString(), problems };
    // The same mistake, seen again by a file watcher, is said once.
    if (!again || loadedBy.how === 'request')
      await refuseBundle(judging(), { problems, commit, by: loadedBy, inForce: hash });
    return { answer: 'refused' as const, hash, problems };
  };

  const load = async (loadedBy: LoadedBy, first: boolean): Promise<ReloadAnswer> => {
    const found = await source();
    ({ from } = found);
    const { commit } = found;
    const made = 'problems' in found.read ? found.read : compileBundle(found.read.content);
    const before = first ? await lastBundle(context) : inForce().stored;
    if ('problems' in made) {
      if (first) {
        const last = before && compileBundle(before.content);
        if (!before || !last || 'problems' in last)
          throw new CliError(`The policy of ${from} does not load:\n${listed(made.problems)}`, 2);
        current = { bundle: last.bundle, stored: before };
      }
      return await refuse(made.problems, commit, loadedBy);
    }
    const { bundle } = made;
    if (before?.hash === bundle.hash) {
      current = { bundle, stored: before };
      refused = null;
      return { answer: 'unchanged', hash: bundle.hash };
    }
    const options = { before, commit, by: loadedBy, revoke };
    const stored = await activateBundle({ ...context, bundle: () => bundle }, bundle, options);
    current = { bundle, stored };
    refused = null;
    return { answer: 'activated', hash: bundle.hash, diff: stored.diff };
  };

  const follow = async (db: Database | Trx = context.db): Promise<void> => {
    const { number } = inForce().stored;
    const newest = await db
      .selectFrom('bundles')
      .select('number')
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (newest?.number === number) return;
    const last = newest && newest.number > number ? await lastBundle({ db, key: context.key }) : undefined;
    const made = last && compileBundle(last.content);
    if (!last || !made || 'problems' in made)
      throw new Failure(
        'retry.unreachable',
        `The policy in force (number ${newest?.number ?? 'none'}) is not the one this server knows (${number}), and it cannot be read here: nothing is decided or granted. Start this server anew, at the same version as the others.`,
      );
    // Another of this process may have been faster, and further.
    if (last.number > inForce().stored.number) current = { bundle: made.bundle, stored: last };
  };

  await load(by, true);
  let last: Promise<unknown> = Promise.resolve();
  return {
    active: () => inForce().bundle,
    stored: () => inForce().stored,
    refused: () => refused,
    from: () => from,
    follow,
    reload: (loadedBy) => {
      // What it changes is told against what is in force; files that load put an end to what cannot be read here.
      const turn = last.then(() => follow().catch(() => undefined)).then(() => load(loadedBy, false));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
