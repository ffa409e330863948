import { ITEMS_SCRIPT } from './items-script.ts';
import { problemsByField, readArgument, readArguments } from '../../domain/argument-form.ts';

/**
 * The pages' script, served as `/app.js`. It sends decisions with the CSRF header, and loads the page again when
 * something new is there (never while somebody types). Everything it shows is text. What is typed into a form of
 * arguments is read by the same functions as in Slack and on the command line.
 */
export const APP_SCRIPT = `'use strict';
${readArgument.toString()}
${readArguments.toString()}
${problemsByField.toString()}
const csrf = async () => (await (await fetch('/signin/csrf')).json()).token;
const send = async (path, body) =>
  fetch(path, { method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-belay-csrf': await csrf() } });
const say = (form, text) => { form.querySelector('output').textContent = text; };
const LOST = 'The server cannot be reached. Nothing is known to have been recorded; try again.';

/** Sends, with the buttons off meanwhile; undefined when it was not taken, and then the person was told why. */
const submit = async (form, path, body, refused = (problem) => say(form, problem.detail)) => {
  const buttons = [...form.querySelectorAll('button')];
  for (const one of buttons) one.disabled = true;
  say(form, 'Sending…');
  try {
    const answer = await send(path, body);
    const said = await answer.json();
    if (answer.ok) return said;
    say(form, '');
    refused(said);
  } catch { say(form, LOST); }
  for (const one of buttons) one.disabled = false;
  return undefined;
};

for (const form of document.querySelectorAll('form[data-gate]')) {
  const decide = async (button) => {
    const { decision, option, digest, confirm: question, needsReason } = button.dataset;
    const reason = form.closest('article').querySelector('[name=reason]').value.trim();
    if (needsReason && reason === '') return say(form, needsReason);
    if (question && !confirm(button.dataset.words ? button.textContent.trim() + '?\\n' + question : question)) return;
    const without = decision === 'approve' ? pickedIn(form) : [];
    const said = await submit(form, '/api/gates/' + form.dataset.gate + '/decisions',
      { decision, digest, option, ...(reason ? { reason } : {}), ...(without.length ? { without } : {}) });
    if (!said) return;
    forget(form);
    if (said.gate === form.dataset.gate) location.reload(); else location.href = '/gates/' + said.gate;
  };
  for (const button of form.querySelectorAll('button[data-decision]'))
    button.addEventListener('click', () => void decide(button));
  const on = form.querySelector('[data-acknowledge]');
  on?.addEventListener('click', async () => {
    if (await submit(form, '/api/runs/' + on.dataset.acknowledge + '/acknowledge', {})) location.reload();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
}

for (const form of document.querySelectorAll('form[data-edit]')) form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { edit, option, digest, action, args, fields } = form.dataset;
  const all = JSON.parse(fields);
  const filled = new Map(all.map(({ name }) => [name, form.elements.namedItem(name).value]));
  const show = (problems) => {
    for (const at of form.querySelectorAll('[data-problem]')) at.textContent = problems[at.dataset.problem] ?? '';
    const names = new Set(all.map(({ name }) => name));
    say(form, Object.entries(problems).filter(([name]) => !names.has(name)).map((one) => one.join(' ').trim()).join('; '));
  };
  const read = readArguments(all, JSON.parse(args), filled);
  show(read.problems ?? {});
  if (read.problems) return;
  const said = await submit(form, '/api/gates/' + edit + '/decisions',
    { decision: 'edit', digest, option, action: Number(action), args: read.args },
    (problem) => show(problemsByField(problem.detail)));
  if (said) location.href = '/gates/' + said.gate;
});

for (const form of document.querySelectorAll('form[data-halt]')) {
  const { kind, value, reason, undo } = form.elements;
  kind.addEventListener('change', () => { value.closest('label').hidden = kind.value === 'all'; });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const scope = kind.value === 'all' ? { kind: 'all' } : { kind: kind.value, value: value.value.trim() };
    if (await submit(form, '/api/halt', { scope, reason: reason.value.trim(), undo: undo.checked })) location.href = '/';
  });
}

document.querySelector('[data-sign-out]')?.addEventListener('click', async () => {
  await fetch('/signin/out', { method: 'POST', headers: { 'x-belay-csrf': await csrf() } });
  location.href = '/signin';
});

const typing = () => document.querySelector('details.edit[open], details.halt[open]') !== null ||
  [...document.querySelectorAll('input[name=reason]')].some((field) => field.value !== '');
const refresh = () => { if (!typing()) location.reload(); };
const run = document.querySelector('[data-watch]');
if (run) {
  const events = new EventSource('/api/runs/' + run.dataset.watch + '/events');
  const fresh = () => { events.close(); setTimeout(refresh, 300); };
  events.addEventListener('step', (event) => { if (Number(event.lastEventId) > Number(run.dataset.seen)) fresh(); });
  events.addEventListener('end', fresh);
}
const gates = document.querySelector('[data-gates]');
if (gates) setInterval(async () => {
  const answer = await fetch('/api/gates?state=open').catch(() => undefined);
  if (answer?.ok && (await answer.json()).gates.map(({ id }) => id).join(',') !== gates.dataset.gates) refresh();
}, 5000);
const soon = document.querySelector('[data-soon]');
if (soon) setTimeout(refresh, 2000);
${ITEMS_SCRIPT}`;
