import { sql } from 'kysely';
import type { Trx } from '../../platform/database/connect.ts';

/** Which list of which run. */
interface Of {
  readonly run: string;
  readonly list: string;
}

/** Why items of a list are not in the next one, by key; in one statement, as there may be thousands. */
export async function setLeftOut(trx: Trx, { run, list }: Of, why: ReadonlyMap<string, string>): Promise<void> {
  if (why.size === 0) return;
  await sql`update list_items i set left_out = u.why
    from unnest(${[...why.keys()]}::text[], ${[...why.values()]}::text[]) as u(key, why)
    where i.run = ${run} and i.list = ${list} and i.key = u.key`.execute(trx);
}

/** The proofs that actions are under the root of their batch, by key. */
export async function setProofs(trx: Trx, { run, list }: Of, proofs: ReadonlyMap<string, object>): Promise<void> {
  const texts = [...proofs.values()].map((proof) => JSON.stringify(proof));
  await sql`update list_items i set proof = u.proof::jsonb
    from unnest(${[...proofs.keys()]}::text[], ${texts}::text[]) as u(key, proof)
    where i.run = ${run} and i.list = ${list} and i.key = u.key`.execute(trx);
}

/** What became of items when they were looked at: the action each is, or why it is none. */
export async function setLookedAt(
  trx: Trx,
  { run, list }: Of,
  seen: readonly { readonly position: number; readonly action: string | null; readonly problem: string | null }[],
): Promise<void> {
  const column = <K extends keyof (typeof seen)[number]>(name: K) => seen.map((one) => one[name]);
  await sql`update list_items i set action = u.action, problem = u.problem
    from unnest(${column('position')}::int[], ${column('action')}::text[], ${column('problem')}::text[])
      as u(position, action, problem)
    where i.run = ${run} and i.list = ${list} and i.position = u.position`.execute(trx);
}
