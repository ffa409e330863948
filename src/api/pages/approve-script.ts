/**
 * What pages with passkeys do: sign in with one, make one, and confirm a decision with one. The library before it gives
 * `SimpleWebAuthnBrowser`. Everything it shows is text; what it sends is judged by the server alone.
 */
export const APPROVE_SCRIPT = `(() => {
'use strict';
const { browserSupportsWebAuthn, startAuthentication, startRegistration } = SimpleWebAuthnBrowser;
const csrf = async () => {
  const answer = await fetch('/signin/csrf', { headers: { accept: 'application/json' } });
  return answer.ok ? { 'x-belay-csrf': (await answer.json()).token } : {};
};
const post = async (path, body) => {
  const answer = await fetch(path, { method: 'POST', body: JSON.stringify(body ?? {}),
    headers: { accept: 'application/json', 'content-type': 'application/json', ...(await csrf()) } })
    .catch(() => { throw new Error('The server cannot be reached. Nothing is known to have been recorded; try again.'); });
  const said = answer.status === 204 ? undefined : await answer.json();
  if (!answer.ok) throw new Error(said?.detail ?? 'It did not work.');
  return said;
};
const WORDS = {
  NotAllowedError: 'No passkey answered. Nothing was recorded; try again.',
  InvalidStateError: 'This device already has a passkey for you.',
  SecurityError: 'Passkeys do not work at this address; open the page under the name it was set up for.',
};
const inWords = (error) => WORDS[error.name] ?? WORDS[error.cause?.name] ?? error.message;
/** Passkeys are bound to a name; under another one the browser would only say that it is not secure. */
const here = (name) => {
  const { hostname, protocol, port } = location;
  if (hostname === name || hostname.endsWith('.' + name)) return;
  throw new Error('Passkeys do not work at this address. Open ' + protocol + '//' + name + (port && ':' + port) + ' instead.');
};
const ask = async (asked) => {
  here(asked.options.rpId);
  return { challenge: asked.challenge, assertion: await startAuthentication({ optionsJSON: asked.options }) };
};

/** Runs work for a form or a button: buttons rest while it lasts, and what goes wrong is said beside them. */
const working = async (part, doing, work) => {
  const buttons = [...part.querySelectorAll('button')];
  const say = (text) => { const output = part.querySelector('output'); if (output) output.textContent = text; };
  for (const one of buttons) one.disabled = true;
  say(doing);
  try { await work(); } catch (error) { say(inWords(error)); }
  for (const one of buttons) one.disabled = false;
};
const onClick = (selector, run) => {
  for (const one of document.querySelectorAll(selector)) one.addEventListener('click', () => void run(one));
};

for (const part of document.querySelectorAll('[data-passkey-sign-in]')) {
  if (!browserSupportsWebAuthn()) continue;
  part.hidden = false;
  part.querySelector('button').addEventListener('click', () => void working(part, 'Waiting for your passkey…', async () => {
    await post('/signin/passkey', await ask(await post('/signin/passkey/options')));
    location.assign(part.dataset.passkeySignIn);
  }));
}

for (const form of document.querySelectorAll('form[data-decide]')) {
  const { decide: gate, option, digest } = form.dataset;
  form.addEventListener('submit', (event) => event.preventDefault());
  for (const button of form.querySelectorAll('button')) button.addEventListener('click', () => {
    const field = form.querySelector('[name=reason]');
    const reason = field.value.trim();
    field.toggleAttribute('required', button.dataset.reason === 'needed');
    if (!field.reportValidity()) return;
    const { decision } = button.dataset;
    const without = decision === 'approve' ? JSON.parse(form.dataset.picked ?? '[]') : [];
    const request = { decision, digest, option, ...(reason ? { reason } : {}), ...(without.length ? { without } : {}) };
    const path = '/api/gates/' + gate;
    const proven = 'passkey' in button.dataset;
    void working(form, proven ? 'Waiting for your passkey…' : 'Sending…', async () => {
      const proof = proven ? await ask(await post(path + '/step-up', request)) : undefined;
      await post(path + '/decisions', proof ? { ...request, proof } : request);
      field.value = '';
      if (form.dataset.picks) sessionStorage.removeItem(form.dataset.picks);
      location.reload();
    });
  });
}

const make = async (allowed, label) => {
  const { challenge, options } = await post('/passkeys/begin', allowed);
  here(options.rp.id);
  const registration = await startRegistration({ optionsJSON: options });
  await post('/passkeys/add', { challenge, registration, label });
};
const labelOf = (form) => form.querySelector('[name=label]').value.trim() || 'passkey';
for (const form of document.querySelectorAll('form[data-passkey-code]')) form.addEventListener('submit', (event) => {
  event.preventDefault();
  void working(form, 'Waiting for your device…', async () => {
    await make({ code: form.querySelector('[name=code]').value }, labelOf(form));
    form.reset();
    location.assign(form.dataset.passkeyCode);
  });
});
for (const form of document.querySelectorAll('form[data-passkey-another]')) form.addEventListener('submit', (event) => {
  event.preventDefault();
  void working(form, 'First the passkey you have, then the new one…', async () => {
    await make(await ask(await post('/api/passkeys/allow')), labelOf(form));
    form.reset();
    location.reload();
  });
});
onClick('[data-passkey-revoke]', (button) => {
  if (!confirm('Revoke this passkey? It cannot be taken back.')) return;
  void working(button.closest('li'), 'Revoking…', async () => {
    await post('/api/passkeys/' + button.dataset.passkeyRevoke + '/revoke', {});
    location.reload();
  });
});
})();
`;
