import type { Digest } from '../../domain/digest.ts';
import { JsonObject } from '../../domain/json.ts';
import { SYSTEM_CHAIN } from '../../domain/ledger.ts';
import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { takeHaltLock } from '../halts/halt-over.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { bundleDiff, bundleSize } from './bundle-diff.ts';
import type { CompiledBundle } from './compile-bundle.ts';
import { activationOf, anyBundle, type StoredBundle } from './stored-bundle.ts';

/** Who had a bundle loaded, and by what. */
export interface LoadedBy {
  readonly person: Person;
  /** `start`, `the files changed`, `request`. */
  readonly how: string;
}

/** Changes that a message names; the rest is counted, and `belay policy show` has all of them. */
const NAMED = 15;

function announcement(
  name: string,
  hash: Digest,
  commit: string | null,
  by: LoadedBy,
  diff: readonly string[],
): string {
  const more = diff.length > NAMED ? [`… and ${diff.length - NAMED} more; \`belay policy show\` has all`] : [];
  return [
    `Policy ${name} is in force (${hash.slice(0, 19)}${commit === null ? '' : `, commit ${commit.slice(0, 12)}`}), loaded by ${by.person.name}: ${by.how}`,
    ...diff.slice(0, NAMED).map((line) => `• ${line}`),
    ...more,
  ].join('\n');
}

/** Cards of open gates show what is missing, which an edit of groups or rules can change. */
const openGates = (context: Pick<AuthorityContext, 'db'>) =>
  context.db.selectFrom('gates').select('id').where('state', 'in', ['open', 'frozen', 'approved']).execute();

/**
 * Puts a bundle in force: its row, its entry in the record with what changed, the message, the cards. `revoke` voids
 * what people approved who were deactivated or removed by it. Returns when it was activated.
 */
export async function activateBundle(
  context: AuthorityContext,
  next: CompiledBundle,
  {
    before,
    commit,
    by,
    revoke,
  }: {
    before: StoredBundle | undefined;
    commit: string | null;
    by: LoadedBy;
    revoke: (trx: Parameters<typeof append>[0], context: AuthorityContext) => Promise<unknown>;
  },
): Promise<StoredBundle> {
  const now = context.now();
  const { content, hash } = next;
  const later = await anyBundle(context);
  const unlike = later ? ['what was in force before is not as the authority signed it'] : [];
  const diff = before ? bundleDiff(before.content, content) : [...unlike, `the first: ${bundleSize(content)}`];
  const signed = activationOf(hash, now);
  const cards = await openGates(context);
  const number = await context.db.transaction().execute(async (trx) => {
    // Waits for the grants under way, also of another server; each later one sees this row.
    await takeHaltLock(trx);
    const row = await trx
      .insertInto('bundles')
      .values({
        hash,
        content: JSON.stringify(content),
        commit,
        activated_at: now,
        signature: JSON.stringify({ keyId: context.key.keyId, signature: context.key.sign(signed) }),
      })
      .returning('number')
      .executeTakeFirstOrThrow();
    // Takes runs' rows and numbers, which come before the chain of what belongs to no run.
    await revoke(trx, { ...context, bundle: () => next });
    await append(
      trx,
      now,
      SYSTEM_CHAIN,
      'bundle.activated',
      JsonObject.parse({
        hash,
        name: content.name,
        commit,
        by: by.person,
        how: by.how,
        before: before?.hash ?? null,
        diff,
      }),
    );
    // The first of a new database changes nothing for anybody.
    if (later)
      await enqueue(trx, now, 'announce', 'policy', {
        key: `activated-${hash}-${now.getTime()}`,
        text: announcement(content.name, hash, commit, by, diff),
      });
    for (const { id } of cards) await enqueue(trx, now, 'gate.card', id);
    return row.number;
  });
  context.poke();
  return { number, hash, content, commit, activatedAt: now.toISOString(), diff };
}
