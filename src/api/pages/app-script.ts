/**
 * The pages' script, served as `/app.js`. It sends decisions with the CSRF header, and loads the page again when
 * something new is there (never while somebody types). Everything it shows is text.
 */
export const APP_SCRIPT = `'use strict';
const csrf = async () => (await (await fetch('/signin/csrf')).json()).token;
const send = async (path, body) =>
  fetch(path, { method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-belay-csrf': await csrf() } });

for (const form of document.querySelectorAll('form[data-gate]')) {
  const say = (text) => { form.querySelector('output').textContent = text; };
  const decide = async (button) => {
    if (button.dataset.confirm && !confirm(button.dataset.confirm)) return;
    for (const one of form.querySelectorAll('button')) one.disabled = true;
    say('Sending…');
    const reason = form.querySelector('[name=reason]').value.trim();
    const { gate, option, digest } = form.dataset;
    try {
      const answer = await send('/api/gates/' + gate + '/decisions',
        { decision: button.dataset.decision, digest, option, ...(reason ? { reason } : {}) });
      if (answer.ok) return location.reload();
      say((await answer.json()).detail);
    } catch { say('The server cannot be reached. Nothing is known to have been recorded; try again.'); }
    for (const one of form.querySelectorAll('button')) one.disabled = false;
  };
  for (const button of form.querySelectorAll('button'))
    button.addEventListener('click', () => void decide(button));
  form.addEventListener('submit', (event) => event.preventDefault());
}

document.querySelector('[data-sign-out]')?.addEventListener('click', async () => {
  await fetch('/signin/out', { method: 'POST', headers: { 'x-belay-csrf': await csrf() } });
  location.href = '/signin';
});

const typing = () => [...document.querySelectorAll('input')].some((field) => field.value !== '');
const refresh = () => { if (!typing()) location.reload(); };
const run = document.querySelector('[data-run]');
if (run) {
  const events = new EventSource('/api/runs/' + run.dataset.run + '/events');
  const fresh = () => { events.close(); setTimeout(refresh, 300); };
  events.addEventListener('step', (event) => { if (Number(event.lastEventId) > Number(run.dataset.seen)) fresh(); });
  events.addEventListener('end', fresh);
}
const gates = document.querySelector('[data-gates]');
if (gates) setInterval(async () => {
  const answer = await fetch('/api/gates?state=open').catch(() => undefined);
  if (answer?.ok && (await answer.json()).gates.map(({ id }) => id).join(',') !== gates.dataset.gates) refresh();
}, 5000);
`;
