import { z } from 'zod';
import type { LedgerEntry } from '../../domain/ledger.ts';
import type { RunView } from '../doors.ts';
import { stepText } from './step-text.ts';

/** Nothing that came from outside may become markup of the document. */
const inert = (text: string): string =>
  text.replaceAll(/[\\`*_{}[\]<>|#]/g, (c) => `\\${c}`).replaceAll(/\s*\n\s*/g, ' ');

const Reads = z.object({
  reads: z.array(z.object({ tool: z.string(), content: z.object({ id: z.string(), summary: z.string() }) })),
});

const section = (title: string, lines: string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];

/** A run's story as Markdown: UTC times, people, evidence, decisions, result. Made from its ledger alone. */
export function postmortem(run: RunView, entries: readonly LedgerEntry[]): string {
  const of = (...kinds: LedgerEntry['kind'][]) => entries.filter((entry) => kinds.includes(entry.kind));
  const line = (entry: LedgerEntry) => `- ${entry.at} ${inert(stepText(entry))}`;
  const reads = of('evidence.read').flatMap((entry) => Reads.safeParse(entry.body).data?.reads ?? []);
  return [
    `# ${run.title}: ${inert(run.target)}`,
    '',
    `Run ${run.id}, runbook ${run.runbook}, asked for by ${inert(run.requester.name)} (${inert(run.requester.id)}).`,
    `State ${run.state}, outcome ${run.outcome ?? 'none yet'}, verdict ${run.verdict ?? 'none yet'}. Proposed by: ${run.proposedBy ?? 'nobody'}.`,
    `From ${run.createdAt} to ${run.finishedAt ?? 'now'} (UTC).`,
    ...(run.summary ? ['', inert(run.summary)] : []),
    ...section(
      'Diagnosis',
      of('plan.proposed').map((entry) => `> ${inert(stepText(entry))}`),
    ),
    ...section(
      'Decisions',
      of('decision.recorded', 'decision.refused', 'gate.decided', 'gate.voided', 'gate.expired').map(line),
    ),
    ...section(
      'What was changed',
      of('action.executed', 'action.failed', 'action.undone', 'action.undo-failed', 'action.in-doubt').map(line),
    ),
    ...section(
      'Evidence',
      reads.map((read) => `- \`${read.content.id.slice(0, 17)}\` ${read.tool}: ${inert(read.content.summary)}`),
    ),
    ...section('Timeline (UTC)', [
      '| # | time | what |',
      '|---|---|---|',
      ...entries.map((entry) => `| ${entry.seq} | ${entry.at} | ${entry.kind}: ${inert(stepText(entry))} |`),
    ]),
    '',
    `Chain head after entry ${entries.length}: \`${entries.at(-1)?.hash ?? 'none'}\`. Check it with \`belay ledger verify\`.`,
    '',
  ].join('\n');
}
