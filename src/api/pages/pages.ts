import type { FastifyInstance } from 'fastify';
import type { RunView, Step } from '../../authority/doors.ts';
import type { Gate } from '../../domain/gate.ts';
import { isOver } from '../../domain/run.ts';
import { personOf } from '../routes/person-of.ts';
import { findRun } from '../routes/runs.ts';
import type { ServerOptions } from '../server-options.ts';
import { gateCard } from './gate-card.ts';
import { type Html, html } from './html.ts';
import { sendPage } from './page.ts';
import { runTable } from './run-table.ts';
import { timeOf } from './time-of.ts';

/** `/` (open approvals, latest runs) and `/runs/:id` (its approvals and timeline). Only views: every change is an API call. */
export async function pages(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const hidden = { schema: { hide: true } };
  app.get('/', hidden, async (request, reply) => {
    const [gates, runs] = await Promise.all([doors.gates({ state: 'open' }), doors.runs({ limit: 20 })]);
    return sendPage(reply, title(gates), personOf(request).name, indexBody(gates, runs));
  });
  app.get<{ Params: { id: string } }>('/runs/:id', hidden, async (request, reply) => {
    const run = await findRun(doors, request.params.id);
    const [gates, steps] = await Promise.all([doors.gates({ run: run.id }), doors.steps(run.id)]);
    return sendPage(reply, `${run.id} ${run.target}`, personOf(request).name, runBody(run, gates, steps));
  });
}

const title = (gates: readonly Gate[]): string => (gates.length === 0 ? 'Approvals' : `(${gates.length}) Approvals`);

const indexBody = (gates: readonly Gate[], runs: readonly RunView[]): Html =>
  html`<div data-gates="${gates.map(({ id }) => id).join(',')}"></div>
    <h1>Approvals</h1>
    ${gates.length === 0 ? html`<p class="soft">Nothing waits for you.</p>` : gates.map(gateCard)}
    <h1>Runs</h1>
    ${runTable(runs)}`;

function runBody(run: RunView, gates: readonly Gate[], steps: readonly Step[]): Html {
  const last = steps.at(-1)?.seq ?? 0;
  const lines = steps.map(({ at, text }) => html`<li>${timeOf(at)} ${text}</li>`);
  return html`<div${!isOver(run.state) && html` data-run="${run.id}" data-seen="${last}"`}></div>
<h1><span class="state ${run.state}">${run.outcome ?? run.state}</span> ${run.target}</h1>
<p class="soft">run ${run.id} · ${run.runbook} · ${run.mode}${run.dryRun && ', dry run'} · asked by ${run.requester.name} · ${run.proposedBy ?? 'nothing proposed yet'} · <a href="/api/runs/${run.id}/postmortem">postmortem</a></p>
${run.summary !== null && html`<p>${run.summary}</p>`}
${gates.map(gateCard)}
<h1>Timeline</h1>
<ol class="timeline">${lines}</ol>`;
}
