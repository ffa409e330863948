import type { App, SlashCommand } from '@slack/bolt';
import { closest, distance } from 'fastest-levenshtein';
import { RunId, GateId } from '../../domain/ids.ts';
import type { Person } from '../../domain/person.ts';
import type { SlackMessage } from '../blocks.ts';
import { recommendedOf } from '../card.ts';
import { decisionMessage } from '../decision-words.ts';
import { inlineCode } from '../inert.ts';
import { guarded, type Desk } from '../desk.ts';
import { helpMessage } from './help.ts';
import { acknowledge } from './acknowledge.ts';
import { halt, resume } from './halt.ts';
import { say } from './say.ts';
import { listGates, listRuns, show, showGate } from './show.ts';
import { startRun } from './start-run.ts';
import { firstWord, typed } from './words.ts';

const NAMES = 'run runs show gates approve deny cancel halt resume ack help'.split(' ');

/** Longer than any real command; Slack itself allows more. Characters. */
const LONGEST = 3_000;

/** `/belay …`, under whatever name the app's manifest gives it. Answers only to the one who typed it. */
export function handleCommands(app: App, desk: Desk): void {
  app.command(/^\//u, async ({ ack, command }) => {
    await ack();
    const to = { user: command.user_id, channel: command.channel_id, responseUrl: command.response_url };
    const { team_id: team, user_id: user, api_app_id: appId } = command;
    const sender = { team, user, app: appId, enterpriseInstall: String(command.is_enterprise_install) === 'true' };
    await guarded(desk, to, sender, async (person) => {
      await desk.answer(to, await answerCommand(desk, command, person));
    });
  });
}

async function answerCommand(desk: Desk, command: SlashCommand, person: Person): Promise<SlackMessage> {
  const { doors } = desk;
  if (command.text.length > LONGEST)
    return say(`That is ${command.text.length} characters long; at most ${LONGEST} are read. Nothing was done.`);
  const { word, rest } = firstWord(typed(command.text));
  switch (word.toLowerCase()) {
    case '':
    case 'help':
      return helpMessage(doors.manifest);
    case 'run':
      return startRun(doors, rest, person, `slack:${command.team_id}/${command.user_id}/${command.trigger_id}`);
    case 'runs':
      return listRuns(desk);
    case 'gates':
      return listGates(desk);
    case 'show':
      return rest === ''
        ? say('Show what? `/belay show <run or gate>`'.replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
        : show(desk, firstWord(rest).word);
    case 'approve':
      // Never decides: an approval must name the digest of what its giver saw, and that is in the card's button.
      return rest === '' ? listGates(desk) : showGate(desk, firstWord(rest).word);
    case 'deny':
      return deny(desk, rest, person);
    case 'cancel':
      return cancel(desk, rest, person);
    case 'halt':
      return halt(desk, rest, person);
    case 'resume':
      return resume(desk, firstWord(rest).word, person);
    case 'ack':
      return acknowledge(desk, firstWord(rest).word, person);
    default:
      return say(unknownWords(word));
  }
}

function unknownWords(word: string): string {
  const near = closest(word.toLowerCase(), NAMES);
  const hint = distance(word.toLowerCase(), near) <= 3 ? ` Did you mean \`${near}\`?` : '';
  return `${inlineCode(word, 60)} is not a command of Belay.${hint} \`/belay help\` lists them.`;
}

async function deny({ doors, web }: Desk, text: string, person: Person): Promise<SlackMessage> {
  const { word: id, rest: reason } = firstWord(text);
  if (!GateId.safeParse(id).success)
    return say(`${inlineCode(id || ' ', 60)} is not a gate id. \`/belay gates\` lists what waits.`);
  if (reason === '') return say(`Please say why: \`/belay deny ${id} &lt;reason&gt;\`. Nothing changed.`);
  if (reason.length > 2_000)
    return say(`A reason has at most 2,000 characters; this has ${reason.length}. Nothing changed.`);
  const gate = await doors.gate(id);
  const option = gate === undefined ? undefined : recommendedOf(gate);
  if (gate === undefined || option === undefined)
    return say(`There is no gate \`${id}\`. \`/belay gates\` lists what waits.`);
  // Safe from text alone: whatever was proposed, a denial means that none of it is done.
  const answer = await doors.decide(id, { decision: 'deny', option: option.id, digest: option.digest, reason }, person);
  return decisionMessage(answer, id, web());
}

async function cancel({ doors }: Desk, text: string, person: Person): Promise<SlackMessage> {
  const { word: id, rest: reason } = firstWord(text);
  if (!RunId.safeParse(id).success)
    return say(`${inlineCode(id || ' ', 60)} is not a run id. \`/belay runs\` lists the latest.`);
  switch (await doors.cancel(id, person, reason === '' ? 'cancelled in Slack' : reason.slice(0, 2_000))) {
    case 'cancelling':
      return say(`\`${id}\` is being cancelled; what it changed is undone. \`/belay show ${id}\` tells how it goes.`);
    case 'over':
      return say(`\`${id}\` is over already; nothing changed.`);
    case 'unknown':
      return say(`There is no run \`${id}\`. \`/belay runs\` lists the latest.`);
  }
}
