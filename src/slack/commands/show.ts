import type { RunView, Step } from '../../authority/doors.ts';
import type { Desk } from '../desk.ts';
import type { Gate } from '../../domain/gate.ts';
import { GateId, RunId } from '../../domain/ids.ts';
import { context, section, sections, type SlackMessage } from '../blocks.ts';
import { ACTIONS } from '../button-value.ts';
import { gateCard } from '../card.ts';
import { subjectOf } from '../option-facts.ts';
import { recommendedOf } from '../card.ts';
import { inlineCode, line } from '../inert.ts';
import { haltLines } from './halt.ts';
import { say } from './say.ts';
import { utc } from '../utc.ts';

const MOST_STEPS = 15;

/** A gate's card as it is now, buttons and all: they carry the digest of exactly what is shown. */
export async function showGate({ doors, web }: Desk, id: string): Promise<SlackMessage> {
  if (!GateId.safeParse(id).success)
    return say(`${inlineCode(id, 60)} is not a gate id; they look like \`g-4k2m9x\`. \`/belay gates\` lists them.`);
  const gate = await doors.gate(id);
  if (gate === undefined) return say(`There is no gate \`${id}\`. \`/belay gates\` lists them.`);
  const run = await doors.run(gate.run);
  return run === undefined
    ? say(`Gate \`${id}\` belongs to a run that is not there.`)
    : gateCard(gate, run, { web: web() });
}

/** A run and the end of its story; a gate's card for a gate id. */
export async function show(desk: Desk, id: string): Promise<SlackMessage> {
  const { doors } = desk;
  if (GateId.safeParse(id).success) return showGate(desk, id);
  if (!RunId.safeParse(id).success)
    return say(
      `${inlineCode(id, 60)} is neither a run id (\`r-…\`) nor a gate id (\`g-…\`). \`/belay runs\` lists runs.`,
    );
  const run = await doors.run(id);
  if (run === undefined) return say(`There is no run \`${id}\`. \`/belay runs\` lists the latest.`);
  const steps = await doors.steps(id);
  return { text: `${run.id}: ${line(run.title, 200)}`, blocks: [section(aboutRun(run)), ...stepBlocks(steps, id)] };
}

function aboutRun(run: RunView): string {
  return [
    `*${line(run.title, 300)}* · ${line(run.target, 300)}`,
    `\`${run.id}\` · ${inlineCode(run.runbook, 80)} · ${stateOf(run)} · by ${line(run.requester.name, 80)} · ${utc(run.createdAt)}`,
    ...(run.summary === null || run.summary === '' ? [] : [line(run.summary, 1_200)]),
    ...(run.gates.length === 0
      ? []
      : [
          `Gates: ${run.gates
            .slice(0, 10)
            .map((gate) => `\`${gate}\``)
            .join(', ')}`,
        ]),
  ].join('\n');
}

function stepBlocks(steps: readonly Step[], id: string): ReturnType<typeof section>[] {
  if (steps.length === 0) return [];
  const shown = steps.slice(-MOST_STEPS).map(({ at, text }) => `\`${at.slice(11, 19)}\` ${line(text, 170)}`);
  const before = steps.length - shown.length;
  const lines = [...(before > 0 ? [`${before} earlier steps: \`belay show ${id} --steps\``] : []), ...shown];
  return sections(lines);
}

/** `waiting`, or `finished: fixed`. */
export const stateOf = (run: RunView): string =>
  `${run.state}${run.outcome === null ? '' : `: ${run.outcome}`}${run.dryRun ? ' · dry run' : ''}`;

/** The latest runs, newest first. */
export async function listRuns({ doors }: Desk): Promise<SlackMessage> {
  const [runs, halts] = await Promise.all([doors.runs({ limit: 15 }), haltLines({ doors })]);
  if (runs.length === 0) return say('No runs yet. `/belay` shows what can be started.');
  const lines = runs.map(
    (run) =>
      `\`${run.id}\` *${stateOf(run)}* · ${line(run.title, 60)} · ${line(run.target, 60)} · ${utc(run.createdAt)}`,
  );
  return {
    text: `${runs.length} latest runs`,
    blocks: [...sections([...halts, ...lines]), context('`/belay show <run>` for the story')],
  };
}

const MOST_GATES = 20;

/** What waits for people, oldest first, each with a button that shows its card. */
export async function listGates({ doors }: Desk): Promise<SlackMessage> {
  const [gates, halts] = await Promise.all([doors.gates({ state: 'open' }), haltLines({ doors })]);
  if (gates.length === 0) {
    const text = 'Nothing waits for a person.';
    return { text, blocks: sections([...halts, text]) };
  }
  const more = gates.length - MOST_GATES;
  return {
    text: `${gates.length} wait for a person`,
    blocks: [
      ...sections(halts),
      ...gates.slice(0, MOST_GATES).map((gate) => ({
        ...section(gateLine(gate)),
        accessory: {
          type: 'button' as const,
          action_id: ACTIONS.show,
          text: { type: 'plain_text' as const, text: 'Show' },
          value: gate.id,
        },
      })),
      ...(more > 0 ? [context(`and ${more} more: \`belay gates\``)] : []),
    ],
  };
}

function gateLine(gate: Gate): string {
  const option = recommendedOf(gate);
  const what = subjectOf(gate, option);
  const missing = gate.missing.map((one) => line(one, 80)).join(', ');
  const held = gate.state === 'frozen' ? 'on hold · ' : '';
  return `*${line(what, 300)}*\n\`${gate.id}\` · ${held}${line(gate.target, 200)} · needs ${missing || 'nothing more'} · since ${utc(gate.openedAt)}`;
}
