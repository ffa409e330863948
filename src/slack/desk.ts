import type { Doors } from '../authority/doors.ts';
import { Failure } from '../domain/failure.ts';
import type { Person } from '../domain/person.ts';
import type { AnswerOne, ReplyTo } from './answer.ts';
import { line } from './inert.ts';
import type { Log } from './log.ts';
import type { People, Sender } from './people.ts';

/** What every handler stands on. */
export interface Desk {
  readonly doors: Doors;
  readonly people: People;
  readonly answer: AnswerOne;
  readonly log: Log;
  /** Where Belay's pages are, without a slash at the end; undefined where nobody can be sent there. */
  readonly web: () => string | undefined;
}

/** Runs `work` for a person of the workspace; everybody and everything else is told why not. Never throws. */
export async function guarded(
  desk: Desk,
  to: ReplyTo,
  sender: Sender,
  work: (person: Person) => Promise<void>,
): Promise<void> {
  // What goes wrong is told beside a card that only this person sees, never in its place.
  const beside = { ...to, ephemeral: false };
  try {
    const identified = await desk.people.identify(sender);
    if ('refused' in identified) await desk.answer(beside, `Not counted: ${line(identified.refused, 500)}`);
    else await work(identified.person);
  } catch (error) {
    desk.log.error(`Slack: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    await desk.answer(beside, troubleWords(error));
  }
}

/** What is said when the authority did not answer. It may have recorded the decision just before, so nothing is claimed. */
function troubleWords(error: unknown): string {
  const what =
    error instanceof Failure ? line(error.message, 500) : 'something went wrong inside Belay; its log says more';
  return `Belay could not confirm this: ${what}. Please try again in a moment; doing it twice counts once.`;
}
