import ms from 'ms';
import { scopeText } from '../../domain/halt.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { openOwnGate } from '../gates/open-own-gate.ts';
import type { HaltRow } from './halt-standing.ts';

/** A halt ends by nothing but people: its gate outlasts any incident, and reminds of it meanwhile. */
const EXPIRES = ms('365d');
const REMIND = [ms('1h'), ms('4h'), ms('1d'), ms('3d'), ms('7d')];

/** Opens the gate that lifts a halt, by what policy asks for resuming. Returns its id. */
export async function openResumeGate(
  trx: Trx,
  context: AuthorityContext,
  halt: Pick<HaltRow, 'id' | 'run' | 'scope' | 'by' | 'reason'>,
): Promise<string> {
  return await openOwnGate(trx, context, {
    kind: 'resume',
    run: halt.run,
    subject: halt.id,
    question: `${halt.by.name} halted ${scopeText(halt.scope)}: ${halt.reason}. Is it safe to go on?`,
    options: [{ id: 'resume', title: `Resume ${scopeText(halt.scope)}` }],
    requirement: {
      ...context.bundle().policy.own('resume'),
      expiresAfterMs: EXPIRES,
      remindAfterMs: REMIND,
      breakGlass: [],
    },
  });
}
