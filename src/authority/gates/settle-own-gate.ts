import type { DecisionRecord } from '../../domain/decision.ts';
import { isOwnKind, type OwnKind } from '../../domain/gate.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { approveException } from '../exceptions/approve-exception.ts';
import { endRequest } from '../exceptions/end-request.ts';
import { liftHalt } from '../halts/lift-halt.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { GateRow } from './gate-row.ts';
import { settleDoubt } from './settle-doubt.ts';

type Effect = (trx: Trx, context: AuthorityContext, subject: string, decision: DecisionRecord) => Promise<void>;

/** What an approval of each of the authority's own gates does. */
const effects: Record<OwnKind, Effect> = {
  resume: liftHalt,
  doubt: settleDoubt,
  // That it was looked at is on record; there is nothing to do about it.
  review: async () => undefined,
  exception: approveException,
};

/** Does what a decided gate of the authority's own says. A denial leaves everything as it is, and says so. */
export async function settleOwnGate(
  trx: Trx,
  context: AuthorityContext,
  gate: GateRow,
  decision: DecisionRecord,
): Promise<void> {
  const { kind, subject } = gate;
  if (subject === null || !isOwnKind(kind)) throw new Error(`${gate.id} is none of the authority's own gates`);
  if (decision.decision === 'approve') {
    await effects[kind](trx, context, subject, decision);
    return;
  }
  if (kind === 'exception') await endRequest(trx, context.now(), gate.run, `Denied by ${decision.person.name}.`);
  const found = kind === 'review' ? 'looked at it and found it wrong' : 'said no, so everything stays as it is';
  const text = `${decision.person.name} ${found} (${gate.id})${decision.reason ? `: ${decision.reason}` : ''}`;
  await enqueue(trx, context.now(), 'say', gate.run, { key: `denied-${gate.id}`, text });
}
