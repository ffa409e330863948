import { manyText } from '../../domain/count-text.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import { type Gate, type GateOption, isOwnKind, isUndecided } from '../../domain/gate.ts';
import { proposedByText } from '../../domain/plan.ts';
import { type Html, html } from './html.ts';
import { batchCard } from './batch-card.ts';
import { approveLabel, batchForm, batchWords, takenOutList } from './gate-form.ts';
import { gateTone } from './tone-of.ts';
import { actionFacts } from './option-card.ts';
import { timeOf } from './time-of.ts';

/** What the page knows beside the approval. */
export interface ApproveView {
  /** Why passkeys cannot be used here now; undefined when they can. */
  readonly notice: Html | undefined;
  /** Whether whoever is signed in has one. */
  readonly hasPasskey: boolean;
  /** The option that the card's button was about; the recommended one unless given. */
  readonly first: string | undefined;
  /** The identity of whoever looks. */
  readonly viewer: string;
  /** All items of a batch; false where it is about single actions. */
  readonly table: Html | false;
}

/** One approval, to be confirmed or denied: first what, why and how it is undone; then the words that decide it. */
export function approveBody(gate: Gate, view: ApproveView): Html {
  const undecided = isUndecided(gate.state);
  const shown = undecided
    ? gate.options.toSorted((a, b) => rank(b, view) - rank(a, view))
    : gate.options.filter(({ id }) => gate.chosen === null || id === gate.chosen);
  return html`<h1><span class="state ${gateTone(gate.state)}">${gate.state}</span> ${gate.target}</h1>
    ${recorded(gate)} ${gate.frozen !== null && html`<p class="notice">On hold: ${gate.frozen}</p>`}
    ${undecided && (view.notice ?? (!view.hasPasskey && noPasskey()))}
    <p class="soft">Why: ${proposedByText(gate.proposedBy)}, confidence ${gate.plan.confidence}</p>
    <blockquote>${gate.plan.diagnosis}</blockquote>
    ${shown.map((option, at) => optionOf(gate, option, view, at === 0))}
    ${undecided && forcing(gate) && shown.filter(({ actions, batch }) => actions.length > 0 || batch).map((option) => forceOf(gate, option))}
    <p class="soft">
      approval ${gate.id} · <a href="/runs/${gate.run}">run ${gate.run}, with all its evidence</a> · ${gate.runbook} ·
      asked by ${gate.requester} · ${timeOf(gate.openedAt)} · rule
      ${gate.requirement.rule}${undecided && html` · expires ${timeOf(gate.expiresAt)}, then nothing is done`}
    </p>`;
}

const rank = ({ id, recommended }: GateOption, { first }: ApproveView): number =>
  (id === first ? 2 : 0) + Number(recommended);

const noPasskey = (): Html =>
  html`<p class="notice">
    You have no passkey here yet. <code>belay passkey add</code> in the terminal gives a code for it; then
    <a href="/passkeys">add it</a>.
  </p>`;

function optionOf(gate: Gate, option: GateOption, view: ApproveView, first: boolean): Html {
  return html`<article class="confirm">
    ${
      gate.options.length > 1 &&
      html`<p class="soft">Option <b>${option.id}</b>${option.recommended && ' · recommended'}</p>`
    }
    ${
      option.batch
        ? html`${batchCard(gate, { ...option, batch: option.batch }, true)} ${view.table}`
        : option.actions.length === 0
          ? html`<h3>${deedOf(gate, option)}</h3>`
          : option.actions.map((action) => actionFacts(action))
    }
    ${option.manual !== null && html`<pre>${option.manual}</pre>`}
    ${isUndecided(gate.state) && !decidedBy(gate, view) && decide(gate, option, view, first)}
  </article>`;
}

/** An option without actions: of the authority's own question its answer, else somebody's choice to let Belay be. */
const deedOf = (gate: Gate, option: GateOption): string => (isOwnKind(gate.kind) ? option.title : approveLabel(option));

/** Nobody is asked again for what they said; a decision is not changed, it stands. */
const decidedBy = ({ decisions }: Gate, { viewer }: ApproveView): boolean =>
  decisions.some(({ person }) => person.id === viewer);

/** The buttons carry the digest of exactly what stands above them; the passkey then confirms its hash. One Deny is for all of it. */
function decide(gate: Gate, option: GateOption, { notice }: ApproveView, first: boolean): Html {
  const { stepUp } = gate.requirement;
  const open = gate.state === 'open';
  const verb = option.actions.length > 0 ? 'Approve' : 'Choose this';
  const [proven, plain] = [batchWords(gate, option, ' with your passkey'), batchWords(gate, option, ' without it')];
  const confirm =
    !notice &&
    html`<button
      type="button"
      ${first && html`class="go"`}
      data-decision="approve"
      data-passkey
      ${proven?.some ?? false}
    >
      ${proven?.none ?? `${verb} with your passkey`}
    </button>`;
  return html`<form
      ${option.batch !== undefined && html`class="bar"`}
      data-decide="${gate.id}"
      data-option="${option.id}"
      data-digest="${option.digest}"
      ${batchForm(gate, option)}
    >
      ${open && option.batch !== undefined && takenOutList()}
      <label>Reason <input name="reason" maxlength="2000" autocomplete="off" /></label>
      ${open && confirm}
      ${
        open &&
        !stepUp &&
        html`<button type="button" data-decision="approve" ${plain?.some ?? false}>
          ${plain?.none ?? `${verb} without it`}
        </button>`
      }
      ${first && html`<button type="button" data-decision="deny">Deny</button>`}
      <output role="status"></output>
    </form>
    <p class="soft">${stepUp ? 'Needs your passkey' : 'Needs no passkey'} · ${option.digest.slice(0, 19)}</p>`;
}

const forcing = (gate: Gate): boolean =>
  gate.state === 'open' && gate.incidentOpen && gate.requirement.breakGlass.length > 0;

/** Break-glass, apart from the rest and unlike it: nobody presses it for the other button. */
const forceOf = (gate: Gate, option: GateOption): Html =>
  html`<details class="force">
    <summary>Break glass: force it alone${gate.options.length > 1 && html` (${option.id})`}</summary>
    <p>
      Only in an incident, by one of ${gate.requirement.breakGlass.join(', ')}. It skips the approvals that are missing
      (${gate.missing.join(', ') || 'none'}), pages the leads at once, and opens a review of what you did.
    </p>
    <form data-decide="${gate.id}" data-option="${option.id}" data-digest="${option.digest}">
      <label>Why it cannot wait <input name="reason" maxlength="2000" autocomplete="off" /></label>
      <button type="button" class="bad" data-decision="break-glass" data-passkey data-reason="needed">
        Force it with your passkey
      </button>
      <output role="status"></output>
    </form>
  </details>`;

const SAID: Record<DecisionRecord['decision'], string> = {
  approve: 'approved',
  deny: 'denied',
  edit: 'changed',
  'send-back': 'sent back',
  'by-hand': 'did by hand',
  'break-glass': 'forced',
};

/** What is on record, and what is still missing. */
function recorded(gate: Gate): Html | false {
  const { decisions, missing, reason } = gate;
  if (decisions.length === 0 && reason === null) return false;
  const lines = decisions.map(
    ({ decision, person, option, at, reason: why, strength, number, without = [] }) =>
      html`<li>
        <b>${person.name}</b> ${SAID[decision]}
        ${option}${strength === 'step-up' && ', confirmed by passkey'}${without.length > 0 && `, took out ${manyText(without.length)}`}
        · ${timeOf(at)} · number ${number}${why !== null && html` · “${why}”`}
      </li>`,
  );
  return html`<section class="recorded" role="status">
    ${lines.length > 0 && html`<p>On record:</p>`}
    <ul>
      ${lines}
    </ul>
    ${
      isUndecided(gate.state)
        ? html`<p class="warn">Still missing: ${missing.join(', ') || 'nothing'}. Nothing is done before.</p>`
        : html`<p>Nothing more is needed${reason !== null && html`: ${reason}`}.</p>`
    }
  </section>`;
}
