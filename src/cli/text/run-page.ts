import pc from 'picocolors';
import type { ActivityView, RunDetail, StepView } from '../views.ts';
import { printable } from './table.ts';
import { utc } from './times.ts';
import { toned } from './tones.ts';

/** More turns of evidence than this are counted; `--steps` has all. */
const MOST_EVIDENCE = 6;

/** One run as text: what it is about, what was found, on what evidence, and what became of it. */
export function runPage(run: RunDetail, { steps }: { steps: boolean }): string {
  const facts: [string, string | null | undefined][] = [
    ['Target', run.target],
    ['Outcome', run.outcome && toned(run.outcome)],
    ['Verdict', run.verdict && toned(run.verdict)],
    ['Result', run.summary && printable(run.summary)],
    ['Mode', run.mode === 'observe' ? 'observe: it asks for nothing and changes nothing' : run.mode],
    ['Asked by', run.requester && printable(run.requester)],
    ['Input', printable(JSON.stringify(run.input))],
    ['Gates', run.gates.join(', ')],
    ['Started', run.createdAt && `${utc(run.createdAt)} UTC`],
    ['Ended', run.finishedAt && `${utc(run.finishedAt)} UTC`],
  ];
  const plan = run.steps.findLast(({ kind }) => kind === 'plan.proposed')?.text;
  const read = run.steps.filter(({ kind }) => kind === 'evidence.read').map(({ text }) => text);
  const evidence = read.slice(-MOST_EVIDENCE);
  const more = read.length - evidence.length;
  return [
    `${pc.bold(printable(run.title || run.runbook))}  ${pc.dim(run.id)}  ${toned(run.state)}`,
    ...facts.flatMap(([name, value]) => (value ? [`${pc.dim(name.padEnd(9))}${value}`] : [])),
    ...(plan === undefined ? [] : [`${pc.dim('Why'.padEnd(9))}${printable(plan)}`]),
    ...evidence.map((text) => `${pc.dim('Evidence')} ${printable(text)}`),
    ...(more > 0 ? [`${pc.dim('Evidence')} ${more} earlier turns of it: --steps`] : []),
    ...(steps ? ['', ...run.steps.map(stepLine)] : []),
  ].join('\n');
}

/** One step on one line. */
export const stepLine = (step: StepView): string =>
  `${pc.dim(utc(step.at))}  ${pc.cyan(printable(step.kind).padEnd(18))} ${printable(step.text)}`;

/** What Temporal does meanwhile, on one line that stands back behind the record's. */
export const activityLine = ({ at, activity, summary, status }: ActivityView): string =>
  pc.dim(`${utc(at)}  ${status.padEnd(18)} ${printable(summary || activity)}`);
