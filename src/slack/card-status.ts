import type { RunView } from '../authority/doors.ts';
import { manyText } from '../domain/count-text.ts';
import type { DecisionRecord } from '../domain/decision.ts';
import { type Gate, isOwnKind } from '../domain/gate.ts';
import { isOver } from '../domain/run.ts';
import { inlineCode, line } from './inert.ts';
import { utc } from './utc.ts';

/** What a person did, in one word or two. */
export const DEEDS: Readonly<Record<DecisionRecord['decision'], string>> = {
  approve: 'Approved',
  deny: 'Denied',
  edit: 'Edited',
  'send-back': 'Sent back',
  'by-hand': 'Done by hand',
  'break-glass': 'Forced (break-glass)',
};

/** A quorum is a handful; what is more than this is counted. */
const MOST_DECISIONS = 8;

function groupsOf({ standing }: DecisionRecord, gate: Gate): string {
  const asked = new Set([...gate.requirement.needs.map(({ group }) => group), ...gate.escalatedTo]);
  const groups = standing.memberships.map(({ group }) => group).filter((group) => asked.has(group));
  return groups.length === 0 ? '' : ` · as ${line([...new Set(groups)].join(', '), 120)}`;
}

/** Who decided what, when, by which door, how strongly and why; one line each. mrkdwn. */
export function decisionLines(gate: Gate): string[] {
  const lines = gate.decisions.slice(0, MOST_DECISIONS).map((record) => {
    const { decision, person, at, reason, option, strength, without = [] } = record;
    const named = gate.options.length > 1 && decision !== 'deny' && decision !== 'send-back' && !isOwnKind(gate.kind);
    const which = named ? ` ${inlineCode(option)}` : '';
    const proof = strength === 'step-up' ? ' · with passkey' : '';
    const why = reason === null || reason === '' ? '' : ` · “${line(reason, 600)}”`;
    const who = `*${line(person.name, 80)}* (${line(person.id, 120)})`;
    const out = without.length === 0 ? '' : ` · took out ${manyText(without.length)}`;
    return `${DEEDS[decision]}${which} by ${who}${groupsOf(record, gate)}${proof}${out} · ${utc(at)}${why}`;
  });
  const more = gate.decisions.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more: \`belay gates ${gate.id}\``] : lines;
}

/** What became of it, as far as it is known. mrkdwn; empty while it is open. */
export function resultLines(gate: Gate, run: RunView): string[] {
  if (gate.state === 'open' || gate.state === 'frozen') return [];
  // What a person said stands beside it already; the run's summary repeats it.
  const said = new Set(gate.decisions.map(({ reason }) => reason));
  const own = isOwnKind(gate.kind);
  return [
    ...(gate.reason === null || gate.replacedBy !== null || said.has(gate.reason)
      ? []
      : [`*Because* ${line(gate.reason, 600)}`]),
    ...(gate.replacedBy === null ? [] : [`*Next* \`/belay show ${gate.replacedBy}\``]),
    ...(run.verdict === null || own ? [] : [`*Verified* ${run.verdict}`]),
    ...(isOver(run.state) && !own && run.summary !== null && run.summary !== '' && !said.has(run.summary)
      ? [`*Result* ${line(run.summary, 1_000)}`]
      : []),
  ];
}
