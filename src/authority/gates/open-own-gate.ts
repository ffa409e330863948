import { randomBytes } from 'node:crypto';
import { type GateOption, optionDigest, type OwnKind } from '../../domain/gate.ts';
import { idFromBytes } from '../../domain/ids.ts';
import type { Requirement } from '../../domain/requirement.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { expiryOf, newGateRow } from './new-gate-row.ts';

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
  const bundle = context.bundle().hash;
  await trx
    .insertInto('gates')
    .values(
      newGateRow(
        {
          ...asked,
          id,
          ordinal: OWN_ORDINALS + count + 1,
          plan: { conclusion: 'act', diagnosis: asked.question, confidence: 'high', evidence: [] },
          proposedBy: { kind: 'rules' },
          evidence: [],
          options,
          alsoAsked: asked.alsoAsked ?? [],
          bundle,
        },
        now,
      ),
    )
    .execute();
  const number = await nextNumber(trx, 'gate.opened', asked.run, id);
  await append(trx, now, asked.run, 'gate.opened', {
    gate: id,
    number,
    bundle,
    kind: asked.kind,
    subject: asked.subject,
    options: options.map(({ id: option, title, digest }) => ({ id: option, title, digest })),
    requirement: asked.requirement,
    expiresAt: expiryOf(asked.requirement, now).toISOString(),
  });
  await enqueue(trx, now, 'gate.card', id);
  return id;
}
