import type { Exception } from '../../domain/exception.ts';
import { type Html, html } from './html.ts';
import { timeOf } from './time-of.ts';

/** Exceptions in force, soonest to end first; those that are asked for stand among the approvals. Nothing where there are none. */
export function exceptionList(exceptions: readonly Exception[]): Html | false {
  const standing = exceptions.filter(({ state }) => state === 'in-force');
  if (standing.length === 0) return false;
  const lines = standing.map(
    ({ id, resource, check, runbook, owner, reason, control, until }) =>
      html`<li>
        <b>${resource}</b> ${check !== null && `is excepted from ${check}`}
        ${runbook !== null && `is left alone by ${runbook}`} until ${timeOf(until)}: ${reason}
        <span class="soft">meanwhile: ${control} · ${owner} answers for it · ${id}</span>
      </li>`,
  );
  return html`<h1>Exceptions</h1>
    <ul>
      ${lines}
    </ul>`;
}
