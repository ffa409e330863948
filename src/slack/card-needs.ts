import type { types } from '@slack/bolt';
import type { Gate } from '../domain/gate.ts';
import { inWords } from '../domain/requirement.ts';
import { context, section } from './blocks.ts';
import { inlineCode, line } from './inert.ts';
import { utc } from './utc.ts';

const MOST = 10;

const listed = (all: readonly string[]): string => {
  const shown = all.slice(0, MOST).map((one) => line(one, 120));
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
};

/** What a gate asks for in all, each group once: `2 of sre-oncall`. */
export const needsInWords = ({ requirement }: Pick<Gate, 'requirement'>): string[] =>
  inWords(requirement.needs.flatMap(({ count, group }) => Array.from({ length: count }, () => group)));

function whoElse(gate: Gate): string[] {
  const { escalate } = gate.requirement;
  const next = escalate[gate.escalatedTo.length];
  return [
    ...(gate.escalatedTo.length > 0 ? [`*Asked too* ${listed(gate.escalatedTo)}`] : []),
    ...(next === undefined
      ? []
      : [
          `asks ${line(next.group, 120)} too at ${utc(new Date(Date.parse(gate.openedAt) + next.afterMs).toISOString())}`,
        ]),
  ];
}

/** What it means when nobody answers what the authority itself asks. */
const AFTERWARDS: Partial<Record<Gate['kind'], string>> = {
  resume: 'it stays halted',
  doubt: 'it stays in doubt',
  review: 'it stays unreviewed',
};

/** Who must say yes, who is missing, until when; nothing that a model wrote. */
export function needsBlocks(gate: Gate): types.KnownBlock[] {
  const { requirement, missing } = gate;
  const all = needsInWords(gate);
  const asked = listed(all.length > 0 ? all : missing) || 'nobody';
  const someApproved = gate.decisions.some(({ decision }) => decision === 'approve');
  const facts = [
    `*Needs* ${asked}`,
    ...(someApproved ? [`*Still missing* ${listed(missing) || 'nobody'}`] : []),
    ...(requirement.selfApproval ? [] : [`not by who asked for it (${line(gate.requester, 80)})`]),
    ...(requirement.stepUp ? ['each with their passkey'] : []),
    ...(requirement.denials > 1 ? [`${requirement.denials} denials end it`] : []),
    ...whoElse(gate),
    `rule ${inlineCode(requirement.rule, 200)}`,
    `*Expires* ${utc(gate.expiresAt)}, then ${AFTERWARDS[gate.kind] ?? 'nothing is done'}`,
  ];
  const nobody =
    gate.emptyGroups.length === 0
      ? []
      : [section(`*Nobody can approve this:* ${listed(gate.emptyGroups)} has no members in Belay’s directory.`)];
  return [...nobody, context(facts.join(' · '))];
}

/** Why nothing is approved now; empty while it could be. */
export const frozenBlocks = (gate: Gate): types.KnownBlock[] =>
  gate.frozen === null
    ? []
    : [
        section(
          `*On hold* ${line(gate.frozen, 800)}\nNothing is approved or begun until that is lifted. ${gate.state === 'frozen' ? 'Denying is possible.' : ''}`.trimEnd(),
        ),
      ];

/** Who is on the incident, where one is open. */
export const incidentLines = (gate: Gate): string[] =>
  gate.incidentOpen && gate.responder !== null ? [`*On it* ${line(gate.responder, 80)}`] : [];
