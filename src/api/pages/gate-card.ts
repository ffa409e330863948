import { type Gate, isUndecided } from '../../domain/gate.ts';
import { proposedByText } from '../../domain/plan.ts';
import { type Html, html } from './html.ts';
import { optionCard } from './option-card.ts';
import { timeOf } from './time-of.ts';

/** An approval as a card: the same row that Slack, CLI and API show. Only what is quoted is the proposer's own words. */
export function gateCard(gate: Gate): Html {
  const chosen = gate.options.filter(({ id }) => gate.chosen === null || id === gate.chosen);
  const options = isUndecided(gate.state) ? recommendedFirst(gate) : chosen;
  const author = proposedByText(gate.proposedBy);
  return html`<article id="${gate.id}">
    <h2><span class="state ${gate.state}">${gate.state}</span> ${gate.target}</h2>
    <p class="soft">
      approval ${gate.id} · <a href="/runs/${gate.run}">run ${gate.run}</a> · ${gate.runbook} · asked by
      ${gate.requester} · ${timeOf(gate.openedAt)}
    </p>
    <p class="soft">Why: ${author}, confidence ${gate.plan.confidence}</p>
    <blockquote>${gate.plan.diagnosis}</blockquote>
    ${evidenceList(gate)} ${options.map((option) => optionCard(gate, option))} ${decisions(gate)}
    ${gate.reason !== null && html`<p>${gate.reason}</p>`}
    ${
      isUndecided(gate.state) &&
      html`<p class="soft">
        Needs
        ${gate.missing.join(', ') || 'nothing more'}${!gate.requirement.selfApproval && ', not by who asked for it'} ·
        rule ${gate.requirement.rule} · expires ${timeOf(gate.expiresAt)}, then nothing is done
      </p>`
    }
  </article>`;
}

const recommendedFirst = ({ options }: Gate) =>
  options.toSorted((a, b) => Number(b.recommended) - Number(a.recommended));

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

function decisions({ decisions }: Gate): Html | false {
  if (decisions.length === 0) return false;
  const lines = decisions.map(
    ({ decision, person, at, reason, option }) =>
      html`<li>
        ${decision === 'deny' ? 'Denied' : `Approved ${option}`} by <b>${person.name}</b> (${person.id}, ${person.door})
        ${timeOf(at)}${reason && ` · “${reason}”`}
      </li>`,
  );
  return html`<ul>
    ${lines}
  </ul>`;
}
