import type { Batch } from '../../domain/batch.ts';
import {
  batchUndoText,
  COSTS_TITLE,
  costText,
  deedText,
  largestTexts,
  largestTitle,
  leftOutText,
  placesText,
  progressTexts,
} from '../../domain/batch-text.ts';
import { manyText } from '../../domain/count-text.ts';
import type { Gate, GateOption } from '../../domain/gate.ts';
import { type Html, html } from './html.ts';

/** What a gate over many actions asks: what, to what, for how much, how it is undone, and the dearest of them. */
export function batchCard(gate: Gate, option: GateOption & { readonly batch: Batch }, tableBelow: boolean): Html {
  const { batch, digest } = option;
  const { blastRadius, risk, tool, list, root, largest, count } = batch;
  const left = leftOutText(batch);
  const costs = costText(batch);
  const { progress } = gate;
  return html`<section class="option batch">
    <h3>${deedText(batch)}</h3>
    <p>${placesText(batch)}</p>
    <dl>
      ${
        progress !== undefined &&
        html`<dt>So far</dt>
          <dd><b>${progressTexts(progress, gate.state === 'done').join(' · ')}</b></dd>`
      }
      ${
        costs !== undefined &&
        html`<dt>${COSTS_TITLE}</dt>
          <dd><b>${costs}</b></dd>`
      }
      <dt>Undo</dt>
      <dd>${batchUndoText(batch)}</dd>
      <dt>Blast radius</dt>
      <dd>${manyText(blastRadius.count)} ${blastRadius.unit}</dd>
      <dt>Risk</dt>
      <dd>${risk}</dd>
      ${
        left !== undefined &&
        html`<dt>Left out</dt>
          <dd class="warn">${left}</dd>`
      }
    </dl>
    ${
      (!tableBelow || count > largest.length) &&
      html`<p class="soft">${largestTitle(batch)}</p>
        <ul>
          ${largestTexts(batch).map((text) => html`<li>${text}</li>`)}
        </ul>`
    }
    ${!tableBelow && html`<p><a href="/gates/${gate.id}">The table of all ${manyText(count)}</a>, where single ones are taken out</p>`}
    <details>
      <summary>The exact request</summary>
      <pre>
${tool} on the ${count} items of list ${list}
each item under the root ${root}
option ${option.id} · ${digest}</pre>
    </details>
  </section>`;
}
