import ms from 'ms';
import { isUndecided } from '../../domain/gate.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { closeGate } from './close-gate.ts';
import { openOwnGate } from './open-own-gate.ts';
import { DID_NOT_HAPPEN, doubtSubject, HAPPENED } from './settle-doubt.ts';

/** A doubt does not go away by itself; the target stays locked meanwhile, so it is brought up again. */
const EXPIRES = ms('365d');
const REMIND = [ms('30m'), ms('4h'), ms('1d'), ms('3d'), ms('7d'), ms('30d')];

const doubtsOf = (trx: Trx, run: string) =>
  trx
    .selectFrom('intents')
    .innerJoin('actions', 'actions.id', 'intents.action')
    .select(['intents.action', 'intents.phase', 'intents.outcome', 'actions.preview', 'intents.digest'])
    .where('intents.run', '=', run)
    .where('intents.status', '=', 'in-doubt')
    .orderBy('actions.seq')
    .execute();
type Doubt = Awaited<ReturnType<typeof doubtsOf>>[number];

/** What is asked, from the canonical action and never from a model's words. */
function questionOf({ action, phase, outcome, preview }: Doubt): string {
  const { sentence, target, undo, command } = preview;
  const what = phase === 'undo' ? `take back "${sentence}"${undo ? ` (${undo})` : ''}` : `"${sentence}"`;
  const seen = outcome?.summary ? ` The worker said: ${outcome.summary}` : '';
  const look = command ? ` What was attempted, as a command: ${command}` : '';
  return `Nobody can tell whether ${action} happened: ${what} on ${target.name} was begun and its end was not recorded. Look at ${target.name} (${target.key}) and say what you find; it stays locked until then.${seen}${look}`.slice(
    0,
    3000,
  );
}

/**
 * Keeps a gate open for each side effect of a run whose end nobody knows, and withdraws those that are known by now.
 * Called, with the run locked, wherever an intent goes in doubt or is settled; also for a run that is over.
 */
export async function followDoubts(trx: Trx, context: AuthorityContext, run: string): Promise<void> {
  const doubts = await doubtsOf(trx, run);
  const gates = await trx
    .selectFrom('gates')
    .select(['id', 'state', 'subject'])
    .where('run', '=', run)
    .where('kind', '=', 'doubt')
    .execute();
  const asked = gates.filter(({ state }) => isUndecided(state));
  const subjects = doubts.map(({ action, phase }) => doubtSubject(action, phase));
  for (const gate of asked)
    if (!subjects.includes(gate.subject ?? ''))
      await closeGate(trx, context.now(), gate.id, 'void', 'It is known by now what became of it.');
  for (const doubt of doubts) {
    const { action, phase, preview } = doubt;
    const subject = doubtSubject(action, phase);
    if (asked.some((gate) => gate.subject === subject)) continue;
    await openOwnGate(trx, context, {
      kind: 'doubt',
      run,
      subject,
      question: questionOf(doubt),
      options: [
        { id: HAPPENED, title: 'It happened', why: `${preview.target.name} shows it.` },
        { id: DID_NOT_HAPPEN, title: 'It did not happen', why: `${preview.target.name} is as it was before.` },
      ],
      requirement: {
        ...context.bundle().policy.own('settle'),
        breakGlass: [],
        review: false,
        expiresAfterMs: EXPIRES,
        remindAfterMs: REMIND,
      },
    });
  }
}
