import { randomBytes } from 'node:crypto';
import { type GateOption, optionDigest, type OwnKind } from '../../domain/gate.ts';
import { idFromBytes } from '../../domain/ids.ts';
import type { Requirement } from '../../domain/requirement.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';

/** Ordinals of the authority's own gates stand beyond those a run can reach. */
const OWN_ORDINALS = 1_000_000;

/**
 * Opens a gate of the authority's own on a run: no plan of a runbook, options without actions. What deciding it does is
 * in `settle-own-gate.ts`. Returns its id.
 */
export async function openOwnGate(
  trx: Trx,
  context: AuthorityContext,
  asked: {
    kind: OwnKind;
    run: string;
    subject: string;
    question: string;
    options: readonly { id: string; title: string; why?: string }[];
    requirement: Requirement;
    /** Who counts as having asked for it, by their names in the directory. */
    alsoAsked?: readonly string[];
  },
): Promise<string> {
  const now = context.now();
  const id = idFromBytes('g', randomBytes(6));
  const options: GateOption[] = asked.options.map(({ id: option, title, why = '' }, at) => {
    const bare = { id: option, manual: `${asked.kind} ${asked.subject}`, actions: [] };
    return { ...bare, title, why, recommended: at === 0, digest: optionDigest(bare) };
  });
  const { count } = await trx
    .selectFrom('gates')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('run', '=', asked.run)
    .where('ordinal', '>', OWN_ORDINALS)
    .executeTakeFirstOrThrow();
  const expires = new Date(now.getTime() + asked.requirement.expiresAfterMs);
  await trx
    .insertInto('gates')
    .values({
      id,
      run: asked.run,
      ordinal: OWN_ORDINALS + count + 1,
      kind: asked.kind,
      state: 'open',
      plan: JSON.stringify({ conclusion: 'act', diagnosis: asked.question, confidence: 'high', evidence: [] }),
      proposed_by: JSON.stringify({ kind: 'rules' }),
      evidence: '[]',
      options: JSON.stringify(options),
      requirement: JSON.stringify(asked.requirement),
      chosen: null,
      reason: null,
      card: null,
      escalated_to: '[]',
      reminded: 0,
      bundle: context.bundle().hash,
      revision: null,
      special: null,
      also_asked: JSON.stringify(asked.alsoAsked ?? []),
      subject: asked.subject,
      opened_at: now,
      expires_at: expires,
      decided_at: null,
    })
    .execute();
  const number = await nextNumber(trx, 'gate.opened', asked.run, id);
  await append(trx, now, asked.run, 'gate.opened', {
    gate: id,
    number,
    bundle: context.bundle().hash,
    kind: asked.kind,
    subject: asked.subject,
    options: options.map(({ id: option, title, digest }) => ({ id: option, title, digest })),
    requirement: asked.requirement,
    expiresAt: expires.toISOString(),
  });
  await enqueue(trx, now, 'gate.card', id);
  return id;
}
