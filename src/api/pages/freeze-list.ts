import { type Freeze, scopeText } from '../../domain/halt.ts';
import { type Html, html } from './html.ts';
import { timeOf } from './time-of.ts';

/** Change freezes that are in force or to come. Nothing where there are none. */
export function freezeList(freezes: readonly Freeze[]): Html | false {
  if (freezes.length === 0) return false;
  const lines = freezes.map(
    ({ scope, from, to, reason, by }) =>
      html`<li>
        <b>${scopeText(scope)}</b> frozen by ${by.name}: ${reason}
        <span class="soft">from ${timeOf(from)} to ${timeOf(to)}</span>
      </li>`,
  );
  return html`<h1>Freezes</h1>
    <ul>
      ${lines}
    </ul>`;
}
