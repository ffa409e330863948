import { RunId } from '../../domain/ids.ts';
import type { Person } from '../../domain/person.ts';
import type { SlackMessage } from '../blocks.ts';
import type { Desk } from '../desk.ts';
import { inlineCode, line } from '../inert.ts';
import { say } from './say.ts';

/** `ack <run>`, and *I'm on it* on a card: this person is on the incident of a run. */
export async function acknowledge({ doors }: Desk, run: string, person: Person): Promise<SlackMessage> {
  if (!RunId.safeParse(run).success)
    return say(`${inlineCode(run || ' ', 60)} is not a run id. \`/belay runs\` lists the latest.`);
  const answer = await doors.acknowledge(run, person);
  if (!('responder' in answer)) return say(`Not counted: ${line(answer.message, 400)}`);
  const who = line(answer.responder, 80);
  return say(
    answer.answer === 'repeated' ? `You are on it already (${who}).` : `You are on it (${who}); the card says so.`,
  );
}
