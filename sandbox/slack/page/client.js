// The page's only script. It sends what people do, and redraws what changed; the server renders everything.
// @ts-check

const body = document.body;
const as = body.dataset.as;
let csrf = '';

const dark = matchMedia('(prefers-color-scheme: dark)');
const applyTheme = () => body.setAttribute('data-theme', dark.matches ? 'dark' : 'light');
dark.addEventListener('change', applyTheme);
applyTheme();

/** Posts to the page's server; the answer says how Belay answered. */
async function post(path, content) {
  if (csrf === '') csrf = (await (await fetch('/signin/csrf')).json()).token ?? '';
  const headers = { 'content-type': 'application/json', 'x-belay-csrf': csrf };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify({ as, ...content }) });
  if (response.status === 401) location.reload();
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) return { failed: answer.detail ?? `The sandbox answered ${response.status}` };
  return { ...answer, failed: answer.delivery && !answer.delivery.ok ? answer.delivery.said : '' };
}

const toast = document.getElementById('toast');
let toastTimer = 0;
function say(text, failed) {
  if (!toast) return;
  toast.textContent = text;
  toast.className = failed ? 'failed' : '';
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toast.hidden = true), failed ? 15_000 : 2_500);
}

function report(result) {
  if (result.failed) say(result.failed, true);
  else if (result.delivery) say(`${result.delivery.said} in ${result.delivery.ms} ms`, false);
}

/** All values of a card or modal, by control name. */
function stateOf(form) {
  const state = {};
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') (state[name] ??= []).push(value);
  return state;
}

/** Asks the dialog that stands behind a button; true at once where there is none. */
function confirmed(button) {
  const dialog = button.nextElementSibling;
  if (!dialog?.matches('dialog[data-confirm]')) return Promise.resolve(true);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), { once: true });
  });
}

const spotOf = (form) => ({ kind: form.dataset.kind, id: form.dataset.id });

async function use(control) {
  const form = control.closest('form[data-kind]');
  if (!form || !(await confirmed(control))) return;
  const state = stateOf(form);
  if (control.tagName === 'BUTTON' && control.name) state[control.name] = [control.value];
  control.closest('details')?.removeAttribute('open');
  if (control.tagName === 'BUTTON') control.disabled = true;
  try {
    const where = { block: control.dataset.block, action: control.dataset.action };
    report(await post('/act/use', { spot: spotOf(form), control: where, state }));
  } finally {
    control.disabled = false;
  }
}

async function close(form) {
  form.closest('dialog').remove();
  await post('/act/close', { view: form.dataset.id });
  await refresh();
}

document.addEventListener('click', (event) => {
  const answer = event.target instanceof Element ? event.target.closest('[data-answer]') : null;
  if (answer) return answer.closest('dialog').close(answer.dataset.answer);
  const target = event.target instanceof Element ? event.target.closest('[data-act]') : null;
  const form = target?.closest('form[data-kind]');
  if (!target || !form) return;
  if (target.dataset.act === 'close') void close(form);
  else if (target.dataset.act === 'dismiss') void post('/act/dismiss', { ts: form.dataset.id });
  else if (target.matches('button, a')) void use(target);
});

document.addEventListener('change', (event) => {
  const target = event.target;
  if (target instanceof Element && target.matches('[data-act=use]')) void use(target);
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  if (form.dataset.submit) void submit(form);
  else if (form.dataset.compose) void compose(form);
});

async function compose(form) {
  const field = form.elements.namedItem('text');
  const text = field.value.trim();
  if (text === '') return;
  field.value = '';
  const result = await post('/act/say', { text, thread: form.dataset.thread });
  report(result);
  if (result.failed && field.value === '') field.value = text;
  await refresh();
  toBottom();
}

async function submit(form) {
  const button = form.querySelector('[type=submit]');
  button.disabled = true;
  const result = await post('/act/submit', { view: form.dataset.id, state: stateOf(form) });
  button.disabled = false;
  for (const place of form.querySelectorAll('[data-error-for]')) {
    place.textContent = result.errors?.[place.dataset.errorFor] ?? '';
    place.hidden = place.textContent === '';
  }
  form.querySelector('[data-error-for]:not([hidden])')?.scrollIntoView({ block: 'nearest' });
  const failure = form.querySelector('.failure');
  failure.textContent = result.failed;
  failure.hidden = !result.failed;
  if (!result.failed) await refresh();
}

/** Makes the children of `old` those of `fresh`; a child with the same key and hash stays as it is, with its focus. */
function reconcile(old, fresh) {
  const known = new Map([...old.children].map((child) => [child.dataset.key, child]));
  const wanted = [...fresh.children].map((child) => {
    const here = known.get(child.dataset.key);
    if (here && here.dataset.hash === child.dataset.hash) return here;
    const added = document.importNode(child, true);
    if (here) keepValues(here, added);
    return added;
  });
  const stays = new Set(wanted);
  // A copy, because the list is live and this takes out of it.
  for (const child of Array.from(old.children)) if (!stays.has(child)) child.remove();
  wanted.forEach((child, index) => {
    if (old.children[index] !== child) old.insertBefore(child, old.children[index] ?? null);
  });
}

/** A view that the app updates keeps what was typed into controls that are still there, as on Slack. */
function keepValues(old, added) {
  for (const field of old.querySelectorAll('input[name], textarea[name], select[name]')) {
    const same = [...added.querySelectorAll('[name]')].find(
      (one) => one.name === field.name && one.value === field.value,
    );
    if (field.type === 'radio' || field.type === 'checkbox') {
      if (same) same.checked = field.checked;
      continue;
    }
    const next = [...added.querySelectorAll('[name]')].find((one) => one.name === field.name);
    if (next && field.value !== '') next.value = field.value;
  }
}

const scroller = () => document.querySelector('[data-scroll]');
const atBottom = () => {
  const box = scroller();
  return box !== null && box.scrollHeight - box.scrollTop - box.clientHeight < 80;
};
function toBottom() {
  const box = scroller();
  if (box) box.scrollTop = box.scrollHeight;
}

function showModals() {
  for (const dialog of document.querySelectorAll('dialog.modal')) {
    if (dialog.open) continue;
    dialog.showModal();
    dialog.addEventListener('cancel', (event) => {
      if (event.target !== dialog) return;
      event.preventDefault();
      void close(dialog.querySelector('form'));
    });
  }
}

let running = false;
let again = false;
/** Fetches the page as it is now and takes over what differs. Never two at once; a change meanwhile runs it again. */
async function refresh() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (response.redirected) return location.reload();
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    const follow = atBottom();
    for (const region of document.querySelectorAll('[data-live]')) {
      const next = fresh.getElementById(region.id);
      if (next) reconcile(region, next);
    }
    showModals();
    if (follow) toBottom();
  } finally {
    running = false;
    if (again) {
      again = false;
      void refresh();
    }
  }
}

const live = new EventSource('/live');
live.addEventListener('changed', () => void refresh());
live.addEventListener('open', () => void refresh());
live.addEventListener('error', () => say('The sandbox does not answer; trying again.', true));

// A menu of the side bar closes when something else is clicked.
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.who[open], details.overflow[open]')) {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute('open');
  }
});

if (body.dataset.tab === 'home') void post('/act/home', {}).then(report);
showModals();
toBottom();
