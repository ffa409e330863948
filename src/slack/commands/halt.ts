import type { Person } from '../../domain/person.ts';
import { type Halt, scopeText } from '../../domain/halt.ts';
import { type SlackMessage, sections } from '../blocks.ts';
import { decisionMessage } from '../decision-words.ts';
import type { Desk } from '../desk.ts';
import { line } from '../inert.ts';
import { utc } from '../utc.ts';
import { say } from './say.ts';

/** A halt in one line: what, who, why, since when, and how it is lifted. */
const haltLine = ({ id, scope, by, reason, at, gate }: Halt): string =>
  `‖ *${line(scopeText(scope), 200)}* halted by *${line(by.name, 80)}* since ${utc(at)}: ${line(reason, 600)} (\`${id}\`${gate === null ? '' : `, lifted at \`${gate}\``})`;

/** What is halted, one line each; nothing where nothing is. */
export async function haltLines({ doors }: Pick<Desk, 'doors'>): Promise<string[]> {
  return (await doors.halts()).map(haltLine);
}

/** `halt <reason>`: everything, now. The terminal and the page halt less than that. */
export async function halt({ doors }: Desk, reason: string, person: Person): Promise<SlackMessage> {
  if (reason === '')
    return say(
      'Please say why: `/belay halt &lt;reason&gt;`. It halts everything. One runbook, tool or target: `belay halt --scope …` in a terminal, or *Halt…* on the page. Nothing changed.',
    );
  if (reason.length > 2_000)
    return say(`A reason has at most 2,000 characters; this has ${reason.length}. Nothing changed.`);
  const answer = await doors.halt({ scope: { kind: 'all' }, undo: false, reason }, person);
  if (answer.answer === 'invalid')
    return say(
      `Not halted: ${line(answer.problems.map(({ field, message }) => `${field}: ${message}`).join('; '), 600)}`,
    );
  const already = answer.again ? 'It was halted by you already.' : 'Halted. Nothing begins until it is lifted.';
  return say(`${already}\n${haltLine(answer.halt)}`);
}

/** `resume [halt]`: this person's word for going on. With several halts and none named, lists them. */
export async function resume({ doors, web }: Desk, named: string, person: Person): Promise<SlackMessage> {
  const halts = await doors.halts();
  if (halts.length === 0) return say('Nothing is halted.');
  if (named === '' && halts.length > 1)
    return {
      text: 'Several halts are in force',
      blocks: sections(['Several halts are in force; say which: `/belay resume &lt;id&gt;`', ...halts.map(haltLine)]),
    };
  const { decision, gate, halt: lifted } = await doors.resume(named === '' ? {} : { halt: named }, person);
  if (decision.answer === 'recorded' && decision.complete) return say(`Lifted: \`${lifted}\`. What it held goes on.`);
  return decisionMessage(decision, gate ?? named, web());
}
