import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RunView, Step } from '../../authority/doors.ts';
import type { Gate } from '../../domain/gate.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { GateId } from '../../domain/ids.ts';
import { isOver } from '../../domain/run.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import { personOf } from '../routes/person-of.ts';
import { findRun } from '../routes/runs.ts';
import type { ServerOptions } from '../server-options.ts';
import { wantsPage } from '../sign-in/wants-page.ts';
import { noList } from '../routes/lists.ts';
import { batchTable } from './batch-table.ts';
import { exceptionList } from './exception-list.ts';
import { freezeList } from './freeze-list.ts';
import { gateCard } from './gate-card.ts';
import { type Html, html } from './html.ts';
import { listPage } from './list-page.ts';
import { sendPage } from './page.ts';
import { answerWithPage } from './problem-page.ts';
import { runTable } from './run-table.ts';
import { timeOf } from './time-of.ts';
import { runTone } from './tone-of.ts';

/**
 * `/` (freezes, open approvals, reviews, latest runs, exceptions), `/gates/:id` and `/runs/:id` (its approvals and timeline). Only
 * views: every change is an API call. What is halted stands on top of each.
 */
export async function pages(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const hidden = { schema: { hide: true } };
  const { manifest } = doors;
  app.setErrorHandler(answerWithPage);
  const send = async (request: FastifyRequest, reply: FastifyReply, title: string, body: Html) =>
    sendPage(reply, title, { person: personOf(request).name, halts: await doors.halts() }, body);

  app.get('/', hidden, async (request, reply) => {
    const [gates, runs, freezes, exceptions] = await Promise.all([
      doors.gates({ state: 'open' }),
      doors.runs({ limit: 20 }),
      doors.freezes(),
      doors.exceptions(),
    ]);
    const body = html`${freezeList(freezes)} ${indexBody(gates, runs, manifest)} ${exceptionList(exceptions)}`;
    return send(request, reply, title(gates), body);
  });

  app.get<{ Params: { id: string }; Querystring: Record<string, unknown> }>(
    '/gates/:id',
    hidden,
    async (request, reply) => {
      const { id } = request.params;
      const gate = GateId.safeParse(id).success ? await doors.gate(id) : undefined;
      if (!gate && !wantsPage(request))
        throw new HttpProblem(404, `There is no approval ${JSON.stringify(id.slice(0, 50))}.`);
      // The link to an approval that takes another's place may be quicker than the approval.
      if (!gate) return send(request, reply.code(404), 'Not there', noGate(id));
      const table = await batchTable(doors, gate, `/gates/${gate.id}`, request.query);
      const body = html`<h1>Approval</h1>
        ${gateCard(gate, manifest, table)}`;
      return send(request, reply, `${gate.id} ${gate.target}`, body);
    },
  );

  app.get<{ Params: { id: string } }>('/runs/:id', hidden, async (request, reply) => {
    const run = await findRun(doors, request.params.id);
    const [gates, steps, lists] = await Promise.all([
      doors.gates({ run: run.id }),
      doors.steps(run.id),
      doors.lists(run.id),
    ]);
    return send(request, reply, `${run.id} ${run.target}`, runBody(run, { gates, steps, lists }, manifest));
  });

  app.get<{ Params: { id: string; name: string }; Querystring: Record<string, unknown> }>(
    '/runs/:id/lists/:name',
    hidden,
    async (request, reply) => {
      const { id } = await findRun(doors, request.params.id);
      const { name } = request.params;
      const body = await listPage(doors, { run: id, name }, personOf(request), request.query, new Date());
      if (!body) throw noList(id, name);
      return send(request, reply, `${name} of ${id}`, body);
    },
  );
}

const title = (gates: readonly Gate[]): string => (gates.length === 0 ? 'Approvals' : `(${gates.length}) Approvals`);

const noGate = (id: string): Html =>
  html`<div ${GateId.safeParse(id).success && html`data-soon`}></div>
    <h1>No approval ${id.slice(0, 50)}</h1>
    <p>
      There is none of this name. One that takes the place of another comes as soon as Belay has looked at the target.
    </p>`;

function indexBody(all: readonly Gate[], runs: readonly RunView[], manifest: Manifest): Html {
  const reviews = all.filter(({ kind }) => kind === 'review');
  const gates = all.filter(({ kind }) => kind !== 'review');
  return html`<div data-gates="${all.map(({ id }) => id).join(',')}"></div>
    <h1>Approvals</h1>
    ${gates.length === 0 ? html`<p class="soft">Nothing waits for you.</p>` : gates.map((gate) => gateCard(gate, manifest))}
    ${
      reviews.length > 0 &&
      html`<h1>To review</h1>
        ${reviews.map((gate) => gateCard(gate, manifest))}`
    }
    <h1>Runs</h1>
    ${runTable(runs)}`;
}

/** What belongs to a run on its page. */
interface OfRun {
  readonly gates: readonly Gate[];
  readonly steps: readonly Step[];
  /** Names of its lists. */
  readonly lists: readonly string[];
}

function runBody(run: RunView, { gates, steps, lists }: OfRun, manifest: Manifest): Html {
  const last = steps.at(-1)?.seq ?? 0;
  const lines = steps.map(({ at, text }) => html`<li>${timeOf(at)} ${text}</li>`);
  const watched = html` data-watch="${run.id}" data-seen="${last}"`;
  return html`<div${!isOver(run.state) && watched}></div>
<h1><span class="state ${runTone(run)}">${run.outcome ?? run.state}</span> ${run.target}</h1>
<p class="soft">run ${run.id} · ${run.runbook} · ${run.mode}${run.dryRun && ', dry run'} · asked by ${run.requester.name} · ${run.proposedBy ?? 'nothing proposed yet'} · <a href="/api/runs/${run.id}/postmortem">postmortem</a></p>
${run.summary !== null && html`<p>${run.summary}</p>`}
${lists.length > 0 && html`<p>Lists: ${lists.map((name, at) => html`${at > 0 && ', '}<a href="/runs/${run.id}/lists/${name}">${name}</a>`)}</p>`}
${gates.map((gate) => gateCard(gate, manifest))}
<h1>Timeline</h1>
<ol class="timeline">${lines}</ol>`;
}
