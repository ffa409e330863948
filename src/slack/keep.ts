import type { ListItemView, ListView } from '../authority/lists/list-view.ts';
import { manyText } from '../domain/count-text.ts';
import { KeepRequest } from '../domain/keep.ts';
import type { Person } from '../domain/person.ts';
import type { ReplyTo } from './answer.ts';
import { type KeepValue, parseKeepValue } from './button-value.ts';
import { FOREIGN_BUTTON, type Opening } from './clicks.ts';
import type { Desk } from './desk.ts';
import { inlineCode, line, plain } from './inert.ts';
import { KEEP, keepKept, keepModal, type KeepSubmission } from './keep-modal.ts';
import type { Errors } from './submissions.ts';

interface Keepable {
  readonly list: ListView;
  /** Those that nobody keeps yet. */
  readonly items: readonly ListItemView[];
}

/** What of a list may still be kept, or in words why nothing may. */
async function keepable({ doors }: Desk, { run, list, owner }: KeepValue): Promise<Keepable | { over: string }> {
  const found = await doors.list(run, list, owner);
  if (found === undefined) return { over: `There is no list ${inlineCode(list)} in run \`${run}\`. Nothing changed.` };
  if (found.list.asks?.open !== true)
    return {
      over: `Too late: the time to keep something of ${inlineCode(list)} is over, and \`${run}\` went on. \`/belay show ${run}\` says how far it is; its approval can still be denied.`,
    };
  const items = found.items.filter(({ kept }) => kept === null);
  if (items.length === 0) return { over: `All of these are kept already. Nothing changed. (\`${run}\`)` };
  return { list: found.list, items };
}

/** Opens the dialog behind *Keep…*. A list that is over, or kept whole, gets its answer at once. */
export async function openKeep(desk: Desk, { to, open }: Opening, text: string | undefined): Promise<void> {
  const beside: ReplyTo = { ...to, ephemeral: false };
  const value = parseKeepValue(text);
  if (value === undefined) return desk.answer(beside, FOREIGN_BUTTON);
  const found = await keepable(desk, value);
  if ('over' in found) return desk.answer(beside, found.over);
  try {
    await open(keepModal(found.list, found.items, keepKept(value, to), new Date()));
  } catch (error) {
    desk.log.warn(`Slack: the dialog did not open (${error instanceof Error ? error.message : String(error)})`);
    await desk.answer(
      beside,
      `The dialog did not open. Try again, or use \`belay keep ${value.run} ${value.list} --mine\` in a terminal. Nothing changed.`,
    );
  }
}

/** What is wrong with what was chosen, at its control. */
function problemsOf({ which, all, reason, until }: KeepSubmission): Errors | undefined {
  const errors: Errors = {
    ...(which.length === 0 && !all ? { [KEEP.which]: 'Choose at least one, or tick all below.' } : {}),
    ...(KeepRequest.shape.reason.safeParse(reason).success ? {} : { [KEEP.reason]: 'Say why, in a few words.' }),
    ...(KeepRequest.shape.until.safeParse(until).success ? {} : { [KEEP.until]: 'Choose a day.' }),
  };
  return Object.keys(errors).length === 0 ? undefined : errors;
}

/** Keeps what a submitted dialog says. Objections stand at their controls while it is open; everything else is a message. */
export async function submitKeep(
  desk: Desk,
  submission: KeepSubmission,
  { to, ack, answered }: { to: ReplyTo; ack: (errors?: Errors) => Promise<void>; answered: () => boolean },
  person: Person,
): Promise<void> {
  const problems = problemsOf(submission);
  if (problems) return ack(problems);
  const { kept, which, all, reason, until } = submission;
  const { run, list } = kept.keep;
  const tell = async (text: string): Promise<void> => {
    await ack();
    await desk.answer(to, text);
  };
  const found = await keepable(desk, kept.keep);
  if ('over' in found) return tell(found.over);
  const chosen = all ? found.items : found.items.filter(({ position }) => which.includes(position));
  if (chosen.length === 0) return tell(`What you chose is kept already. Nothing changed. (\`${run}\`)`);
  const keys = chosen.map(({ key }) => key);
  const answer = await desk.doors.keep(run, list, { keys, reason, until }, person);
  if (answer.answer === 'kept')
    return tell(
      `Kept until ${until}: ${answer.count === 1 ? line(chosen[0]?.title ?? '', 200) : `${manyText(answer.count)} of ${inlineCode(list)}`}. Until then ${answer.count === 1 ? 'it is' : 'they are'} left out of \`${run}\` and of later runs of ${inlineCode(found.list.runbook, 80)}.`,
    );
  const said = plain(answer.message.replace(/^\w+: /, ''), 300);
  if (answer.why === 'invalid' && !answered()) return ack({ [KEEP.until]: said });
  return tell(`Not kept: ${line(answer.message, 500)} (\`${run}\`)`);
}
