import type { PreviewedAction } from '../../domain/action.ts';
import type { Gate, GateOption } from '../../domain/gate.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { editForm } from './edit-form.ts';
import { approveControl, approveLabel } from './gate-form.ts';
import { type Html, html } from './html.ts';

type Action = Omit<PreviewedAction, 'preState'>;

/** One option of an approval: what happens, to what, how far it reaches, how it is undone, and the exact request. */
export function optionCard(gate: Gate, option: GateOption, manifest: Pick<Manifest, 'tools'>): Html {
  const several = gate.options.length > 1;
  const place =
    several && html`<p class="soft">Option <b>${option.id}</b>${option.recommended && ' · recommended'}</p>`;
  const nothing = option.manual === null ? 'Do nothing and watch' : 'A person does it by hand; Belay changes nothing';
  const open = gate.state === 'open';
  return html`<section class="option">
    ${place}
    ${option.actions.length === 0 ? html`<h3>${nothing}</h3>` : option.actions.map((action) => actionFacts(action))}
    ${option.manual !== null && html`<pre>${option.manual}</pre>`}
    ${several && option.why !== '' && html`<blockquote>“${option.title}”: ${option.why}</blockquote>`}
    ${open && option.actions.map((action, at) => editForm(gate, { option, action, at }, manifest))}
    ${
      open &&
      several &&
      html`<form data-gate="${gate.id}" data-run="${gate.run}">
        ${approveControl(gate, option, `${approveLabel(option)}${option.actions.length > 0 ? ` ${option.id}` : ''}`)}
        <output role="status"></output>
      </form>`
    }
    <p class="soft">${option.digest.slice(0, 19)}</p>
  </section>`;
}

/** What one action does, to what, how far it reaches, how it is undone, and the exact request. */
export function actionFacts(action: Action): Html {
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
    ${
      action.command !== null &&
      html`<p class="soft">By hand</p>
        <pre>${action.command}</pre>`
    }
    <details>
      <summary>The exact request</summary>
      <pre>
${action.tool} ${JSON.stringify(action.args)}
only while ${JSON.stringify(action.precondition)}
action ${action.id} · ${action.digest}</pre>
    </details>`;
}

function undoOf({ reversible, undo }: Action): string {
  if (reversible === 'no' || undo === null) return 'cannot be undone';
  return reversible === 'partly' ? `only partly: ${undo}` : undo;
}
