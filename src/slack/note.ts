import type { RunView } from '../authority/doors.ts';
import { context, LIMITS, section, type SlackMessage } from './blocks.ts';
import { inlineCode, line, prose } from './inert.ts';

/** A note as a Slack message, all of it and inert. `run` is named below it where no thread says which run it is of. */
export function noteMessage(text: string, run?: RunView): SlackMessage {
  const pieces = prose(text, LIMITS.section).slice(0, LIMITS.blocks - 2);
  const about =
    run === undefined ? [] : [context(`run \`${run.id}\` · ${inlineCode(run.runbook, 80)} · ${line(run.target, 200)}`)];
  return { text: line(text, 300), blocks: [...pieces.map((piece) => section(piece)), ...about] };
}
