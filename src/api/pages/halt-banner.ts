import { type Halt, scopeText } from '../../domain/halt.ts';
import { type Html, html } from './html.ts';
import { timeOf } from './time-of.ts';

/** What is halted now: who, why, what, since when, and where it is lifted. Nothing where nothing is. */
export function haltBanner(halts: readonly Halt[]): Html | false {
  if (halts.length === 0) return false;
  const lines = halts.map(
    ({ id, scope, by, reason, at, gate, undo }) =>
      html`<li>
        <b>${scopeText(scope)}</b> halted by <b>${by.name}</b>: ${reason}
        <span class="soft">since ${timeOf(at)} · ${id}${undo && ' · what it did is undone'}</span>
        ${gate !== null && html`<a href="/gates/${gate}">Lift it…</a>`}
      </li>`,
  );
  return html`<aside class="halted" role="alert">
    <h2>‖ Halted: nothing it covers is approved or begun</h2>
    <ul>
      ${lines}
    </ul>
  </aside>`;
}

/** The way to halt, on every page. Anyone who is signed in may. */
export const haltForm = (): Html =>
  html`<details class="halt">
    <summary>Halt…</summary>
    <form data-halt>
      <label
        >What
        <select name="kind" aria-label="What to halt">
          <option value="all">everything</option>
          <option value="runbook">one runbook</option>
          <option value="tool">one tool</option>
          <option value="target">one target</option>
        </select></label
      >
      <label hidden>Which <input name="value" maxlength="500" autocomplete="off" /></label>
      <label>Why <input name="reason" required maxlength="2000" autocomplete="off" /></label>
      <label class="tick"><input type="checkbox" name="undo" /> undo what open runs did</label>
      <button type="submit" class="stop">Halt</button>
      <output role="status"></output>
    </form>
  </details>`;
