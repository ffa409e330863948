import type { DecisionRequest } from '../domain/decision.ts';
import type { ReplyTo } from './answer.ts';
import { decisionMessage } from './decision-words.ts';
import { guarded, type Desk } from './desk.ts';
import { readSubmission, type Submission } from './dialog.ts';
import { errorsOf, fieldsOf, readEdit } from './edit-modal.ts';
import { plain } from './inert.ts';
import { submitKeep } from './keep.ts';
import { readKeep } from './keep-modal.ts';
import type { Sender } from './people.ts';
import { readReason, REASON } from './reason-modal.ts';

/**
 * How long a dialog stays open for the authority's answer, so that an objection can stand at its field. Slack gives 3 s;
 * after this it closes, and the answer comes as a message. Milliseconds.
 */
const STAYS_OPEN = 2_000;

/** Errors by block id. */
export type Errors = Record<string, string>;

interface Wanted {
  readonly request: DecisionRequest;
  /** Where an objection of the authority stands. */
  readonly errorsOf: (message: string) => Errors;
}

async function wantedBy(desk: Desk, { kind, kept, values }: Submission): Promise<Wanted | Errors> {
  const { option, digest, gate: id } = kept.decide;
  if (kind !== 'edit') {
    const read = readReason(kind, values.get(REASON) ?? '');
    if ('problem' in read) return { [REASON]: read.problem };
    const reason = read.reason === '' ? {} : { reason: read.reason };
    return {
      request: { decision: kind, option, digest, ...reason },
      errorsOf: (message) => ({ [REASON]: plain(message.replace(/^reason: /, ''), 300) }),
    };
  }
  const { action = 0 } = kept;
  const gate = await desk.doors.gate(id);
  const edited = gate?.options.find((one) => one.digest === digest)?.actions[action];
  const fields = (edited && fieldsOf(edited, desk.doors.manifest)) ?? [];
  const read = edited === undefined ? { args: {} } : readEdit(fields, edited.args, values);
  if ('errors' in read) return read.errors;
  // What is not there any more is the authority's to refuse.
  return {
    request: { decision: 'edit', option, digest, action, args: read.args },
    errorsOf: (message) => errorsOf(fields, message),
  };
}

const isWanted = (wanted: Wanted | Errors): wanted is Wanted => 'request' in wanted;

/** Does what a submitted dialog says. Objections to what was typed stand at its fields; everything else is a message. */
export async function submitDialog(
  desk: Desk,
  submitted: { view: unknown; sender: Sender; ack: (errors?: Errors) => Promise<void> },
): Promise<void> {
  const { sender } = submitted;
  let answered = false;
  const ack = async (errors?: Errors): Promise<void> => {
    if (answered) return;
    answered = true;
    await submitted.ack(errors);
  };
  const timer = setTimeout(() => void ack().catch(() => undefined), STAYS_OPEN);
  const submission = readSubmission(submitted.view);
  const keep = readKeep(submitted.view);
  const { channel, responseUrl } = submission?.kept ?? keep?.kept ?? {};
  const to: ReplyTo = { user: sender.user, channel, responseUrl };
  await guarded(desk, to, sender, async (person) => {
    if (keep !== undefined) return submitKeep(desk, keep, { to, ack, answered: () => answered }, person);
    if (submission === undefined) return desk.answer(to, 'Belay does not know this dialog. Nothing changed.');
    const wanted = await wantedBy(desk, submission);
    if (!isWanted(wanted)) return ack(wanted);
    const { gate } = submission.kept.decide;
    const answer = await desk.doors.decide(gate, wanted.request, person);
    if (answer.answer === 'refused' && answer.why === 'invalid' && !answered)
      return ack(wanted.errorsOf(answer.message));
    await ack();
    return desk.answer(to, decisionMessage(answer, gate, desk.web()));
  });
  clearTimeout(timer);
  await ack();
}
