import type { PreviewedAction } from '../../domain/action.ts';
import type { Gate, GateOption } from '../../domain/gate.ts';
import { type Html, html } from './html.ts';

type Action = Omit<PreviewedAction, 'preState'>;

/** One option of an approval: what happens, to what, how far it reaches, how it is undone, and the exact request. */
export function optionCard(gate: Gate, option: GateOption): Html {
  const place =
    gate.options.length > 1 &&
    html`<p class="soft">Option <b>${option.id}</b>${option.recommended && ' · recommended'}</p>`;
  const nothing = option.manual === null ? 'Do nothing and watch' : 'A person does it by hand; Belay changes nothing';
  return html`<section class="option">
    ${place} ${option.actions.length === 0 ? html`<h3>${nothing}</h3>` : option.actions.map(actionFacts)}
    ${option.manual !== null && html`<pre>${option.manual}</pre>`}
    ${gate.options.length > 1 && option.why !== '' && html`<blockquote>“${option.title}”: ${option.why}</blockquote>`}
    ${gate.state === 'open' && decide(gate, option)}
  </section>`;
}

function actionFacts(action: Action): Html {
  const { count, unit, percent } = action.blastRadius;
  const { owner } = action;
  return html`<h3>${action.sentence}</h3>
    <p>
      ${action.target.name} <span class="soft">${action.target.system}, connection ${action.target.connection}</span>
    </p>
    <dl>
      <dt>Undo</dt>
      <dd>${undoOf(action)}</dd>
      <dt>Blast radius</dt>
      <dd>${count} ${unit}${percent !== undefined && ` (${percent} %)`}</dd>
      <dt>Risk</dt>
      <dd>${action.risk}</dd>
      ${
        owner &&
        html`<dt>Owner</dt>
          <dd class="warn">
            ${owner.kind} ${owner.name}
            ${owner.paused ? 'owns this; its reconciliation is paused' : 'will revert a live change'}
          </dd>`
      }
    </dl>
    ${action.diff !== '' && html`<pre>${action.diff}</pre>`}
    <details>
      <summary>The exact request</summary>
      <pre>
${action.tool} ${JSON.stringify(action.args)}
only while ${JSON.stringify(action.precondition)}${action.command !== null && `\nby hand: ${action.command}`}
action ${action.id} · ${action.digest}</pre>
    </details>`;
}

function undoOf({ reversible, undo }: Action): string {
  if (reversible === 'no' || undo === null) return 'cannot be undone';
  return reversible === 'partly' ? `only partly: ${undo}` : undo;
}

/** The buttons carry the digest of exactly what stands above them; `/app.js` sends it. */
function decide(gate: Gate, option: GateOption): Html {
  const serious = option.actions.some(({ risk, reversible }) => risk === 'destructive' || reversible === 'no');
  return html`<form data-gate="${gate.id}" data-option="${option.id}" data-digest="${option.digest}">
      <label>Reason <input name="reason" maxlength="2000" autocomplete="off" /></label>
      <button
        type="button"
        data-decision="approve"
        class="go"
        ${serious && html` data-confirm="This cannot simply be taken back. Approve?"`}
      >
        Approve
      </button>
      <button type="button" data-decision="deny">Deny</button>
      <output role="status"></output>
    </form>
    <p class="soft">${option.digest.slice(0, 19)}</p>`;
}
