import { closest } from 'fastest-levenshtein';
import type { Doors } from '../../authority/doors.ts';
import type { Person } from '../../domain/person.ts';
import type { SlackMessage } from '../blocks.ts';
import { inlineCode, line } from '../inert.ts';
import { inputsOf } from './help.ts';
import { inputFromWords } from './input-from-words.ts';
import { say } from './say.ts';
import { firstWord, shellWords } from './words.ts';

/** `run <runbook> key=value … [--dry-run]`. `key` makes the same command, delivered twice, start one run. */
export async function startRun(doors: Doors, text: string, person: Person, key: string): Promise<SlackMessage> {
  const { word: name, rest } = firstWord(text);
  const names = doors.manifest.runbooks.map((one) => one.name);
  const runbook = doors.manifest.runbooks.find((one) => one.name === name);
  if (runbook === undefined) {
    const hint = names.length === 0 ? 'There are none here.' : `Did you mean ${inlineCode(closest(name, names))}?`;
    return say(
      name === ''
        ? 'Which runbook? `/belay` lists them.'
        : `There is no runbook ${inlineCode(name, 100)}. ${hint} \`/belay\` lists them all.`,
    );
  }
  const words = shellWords(rest);
  if (words === undefined) return say('A quote is opened but not closed. Nothing was started.');
  const read = inputFromWords(words, runbook);
  if ('problems' in read) return say(problemWords(read.problems, runbook));
  const answer = await doors.start({ runbook: name, input: read.input, dryRun: read.dryRun }, person, key);
  switch (answer.answer) {
    case 'registered':
      return say(
        `Started \`${answer.run}\`: ${line(runbook.title, 150)}${read.dryRun ? ' (dry run)' : ''}. \`/belay show ${answer.run}\` tells how it goes.`,
      );
    case 'known':
      return say(`\`${answer.run}\` was started by this same command already.`);
    case 'invalid':
      return say(
        problemWords(
          answer.problems.map(({ field, message }) => `${field} ${message}`),
          runbook,
        ),
      );
    case 'unknown-runbook':
    case 'key-reused':
      return say(`Nothing was started: ${line(answer.message, 500)}`);
  }
}

function problemWords(problems: readonly string[], runbook: Parameters<typeof inputsOf>[0]): string {
  const shown = problems.slice(0, 10).map((problem) => `• ${line(problem, 200)}`);
  const more = problems.length > 10 ? [`• and ${problems.length - 10} more`] : [];
  return [
    'Nothing was started:',
    ...shown,
    ...more,
    `It takes \`/belay run ${[runbook.name, ...inputsOf(runbook)].join(' ')}\``,
  ].join('\n');
}
