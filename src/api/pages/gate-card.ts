import { manyText } from '../../domain/count-text.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import { type Gate, isOwnKind, isUndecided } from '../../domain/gate.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { proposedByText } from '../../domain/plan.ts';
import { inWords } from '../../domain/requirement.ts';
import { batchCard } from './batch-card.ts';
import { gateForm } from './gate-form.ts';
import { type Html, html } from './html.ts';
import { optionCard } from './option-card.ts';
import { timeOf } from './time-of.ts';
import { gateTone } from './tone-of.ts';

/**
 * An approval as a card: the same row that Slack, CLI and API show. Only what is quoted is the proposer's own words. With
 * `table`, the page has all items of a batch.
 */
export function gateCard(gate: Gate, manifest: Pick<Manifest, 'tools'>, table: Html | false = false): Html {
  const chosen = gate.options.filter(({ id }) => gate.chosen === null || id === gate.chosen);
  const options = isUndecided(gate.state) ? recommendedFirst(gate) : chosen;
  const own = isOwnKind(gate.kind);
  const batch = gate.options.flatMap((option) => (option.batch ? [{ ...option, batch: option.batch }] : []));
  return html`<article id="${gate.id}">
    <h2><span class="state ${gateTone(gate.state)}">${gate.state}</span> ${QUESTIONS[gate.kind] ?? gate.target}</h2>
    <p class="soft">
      approval <a href="/gates/${gate.id}">${gate.id}</a> · <a href="/runs/${gate.run}">run ${gate.run}</a> ·
      ${gate.runbook} · asked by ${gate.requester} · ${timeOf(gate.openedAt)}
    </p>
    ${gate.special !== null && html`<p class="${gate.special === 'break-glass' ? 'bad' : 'soft'}">${SPECIAL[gate.special]}</p>`}
    ${gate.frozen !== null && html`<p class="bad"><b>On hold:</b> ${gate.frozen}. Nothing is approved or begun until that is lifted.</p>`}
    ${gate.incidentOpen && gate.responder !== null && html`<p>On it: <b>${gate.responder}</b></p>`} ${decisions(gate)}
    ${batch.map((option) => batchCard(gate, option, table !== false))}
    ${!own && html`<p class="soft">Why: ${proposedByText(gate.proposedBy)}, confidence ${gate.plan.confidence}</p>`}
    <blockquote>${gate.plan.diagnosis}</blockquote>
    ${!own && evidenceList(gate)}
    ${own || batch.length > 0 ? false : options.map((option) => optionCard(gate, option, manifest))}
    ${gate.reason !== null && !saidAlready(gate) && html`<p>${gate.reason}</p>`}
    ${gate.replacedBy !== null && html`<p><a href="/gates/${gate.replacedBy}">${gate.replacedBy} takes its place</a></p>`}
    ${table} ${isUndecided(gate.state) && needs(gate)} ${isUndecided(gate.state) && gateForm(gate, table !== false)}
  </article>`;
}

const QUESTIONS: Partial<Record<Gate['kind'], string>> = {
  resume: 'Halted. May it go on?',
  doubt: 'In doubt: did it happen?',
  review: 'Review what was forced',
  exception: 'May this stay as it is?',
};
/** What it means when nobody answers. */
const AFTERWARDS: Partial<Record<Gate['kind'], string>> = {
  resume: 'it stays halted',
  doubt: 'it stays in doubt',
  review: 'it stays unreviewed',
  exception: 'nothing is excepted',
};
const SPECIAL = {
  'break-glass': 'Forced by break-glass, without the approvals that policy asks for',
  'by-hand': 'Done by hand; Belay only looked and verified',
};

const recommendedFirst = ({ options }: Gate) =>
  options.toSorted((a, b) => Number(b.recommended) - Number(a.recommended));

const saidAlready = ({ decisions: all, reason }: Gate): boolean => all.some((one) => one.reason === reason);

function needs(gate: Gate): Html {
  const { requirement, missing, escalatedTo, emptyGroups } = gate;
  const all = inWords(requirement.needs.flatMap(({ count, group }) => Array.from({ length: count }, () => group)));
  const next = requirement.escalate[escalatedTo.length];
  const someApproved = gate.decisions.some(({ decision }) => decision === 'approve');
  return html`${
      emptyGroups.length > 0 &&
      html`<p class="bad">
        <b>Nobody can approve this:</b> ${emptyGroups.join(', ')} has no members in the directory.
      </p>`
    }
    <p class="soft">
      Needs
      ${(all.length > 0 ? all : missing).join(', ') || 'nobody'}${someApproved && html` · <b>still missing ${missing.join(', ') || 'nobody'}</b>`}${
        !requirement.selfApproval && `, not by who asked for it`
      }${requirement.stepUp && ', each with their passkey'}
      ${escalatedTo.length > 0 && `· asked too: ${escalatedTo.join(', ')}`}
      ${
        next !== undefined &&
        html`· asks ${next.group} too at ${timeOf(new Date(Date.parse(gate.openedAt) + next.afterMs).toISOString())}`
      }
      · rule ${requirement.rule} · expires ${timeOf(gate.expiresAt)}, then ${AFTERWARDS[gate.kind] ?? 'nothing is done'}
    </p>`;
}

function evidenceList({ evidence }: Gate): Html {
  if (evidence.length === 0) return html`<p class="soft">No evidence was read.</p>`;
  const items = evidence.map(
    ({ id, summary }) =>
      html`<li>
        <a href="/api/blobs/${id}">${summary || 'evidence'}</a> <span class="soft">${id.slice(0, 13)}</span>
      </li>`,
  );
  return html`<details>
    <summary>Evidence (${evidence.length})</summary>
    <ul>
      ${items}
    </ul>
  </details>`;
}

const DEEDS: Record<DecisionRecord['decision'], string> = {
  approve: 'Approved',
  deny: 'Denied',
  edit: 'Edited',
  'send-back': 'Sent back',
  'by-hand': 'Done by hand',
  'break-glass': 'Forced (break-glass)',
};

function decisions({ decisions: all, options }: Gate): Html | false {
  if (all.length === 0) return false;
  const lines = all.map(({ decision, person, at, reason, option, strength, standing, without = [] }) => {
    const groups = [...new Set(standing.memberships.map(({ group }) => group))].join(', ');
    return html`<li>
      ${DEEDS[decision]}${options.length > 1 && decision !== 'deny' && ` ${option}`} by <b>${person.name}</b>
      (${person.id}, ${person.door}${groups !== '' && `, ${groups}`}${strength === 'step-up' && ', with passkey'})
      ${timeOf(at)}${without.length > 0 && ` · took out ${manyText(without.length)}`}${reason && ` · “${reason}”`}
    </li>`;
  });
  return html`<ul>
    ${lines}
  </ul>`;
}
