import type { RunView } from '../../authority/doors.ts';
import { type Html, html } from './html.ts';
import { timeOf } from './time-of.ts';
import { runTone } from './tone-of.ts';

/** Runs, one a line; on a phone each is a few short lines of its own. */
export function runTable(runs: readonly RunView[]): Html {
  if (runs.length === 0)
    return html`<p class="soft">No runs yet. An alert with a route starts one, or <code>belay run</code>.</p>`;
  const rows = runs.map(
    (run) =>
      html`<tr>
        <td><a href="/runs/${run.id}">${run.id}</a></td>
        <td><span class="state ${runTone(run)}">${run.outcome ?? run.state}</span></td>
        <td>${run.target}</td>
        <td>${run.title}${run.dryRun && ' (dry run)'}</td>
        <td>${run.trigger.kind === 'alert' ? `alert, ${run.trigger.source}` : run.requester.name}</td>
        <td>${timeOf(run.createdAt)}</td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th>Run</th>
        <th>State</th>
        <th>Target</th>
        <th>Runbook</th>
        <th>Asked by</th>
        <th>Started</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table> `;
}
