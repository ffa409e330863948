/**
 * The part of `/app.js` for tables of many items. Rows are the server's: a page is fetched and put in the place of the one
 * before. What is chosen is kept by its id, in memory and in this tab's storage, and every form that would send it says
 * how many that are and which; what it sends is exactly that. Everything it shows is text.
 */
export const ITEMS_SCRIPT = `
const MOST_NAMES = 2;
const formsOf = (name) => [...document.querySelectorAll('form')].filter((form) => form.dataset.picks === name);
const pickedIn = (form) => JSON.parse(form.dataset.picked ?? '[]');
const forget = (form) => { if (form.dataset.picks) sessionStorage.removeItem(form.dataset.picks); };

for (const table of document.querySelectorAll('[data-items]')) {
  const name = table.dataset.picks;
  const gone = new Set(JSON.parse(table.dataset.gone ?? '[]'));
  const remembered = () => { try { return JSON.parse(sessionStorage.getItem(name)) ?? []; } catch { return []; } };
  const picked = new Map((name ? remembered() : []).filter(([id]) => !gone.has(id)));
  const boxes = () => [...table.querySelectorAll('input[data-pick]')];
  const tell = (text) => { table.querySelector('output').textContent = text; };

  const worded = (words, left) => {
    const named = [...picked.values()].slice(0, MOST_NAMES);
    const more = picked.size - named.length;
    const names = named.join('; ') + (more > 0 ? ' and ' + more + ' more' : '');
    return words.replaceAll(/\\{(n|left|names)\\}/g, (_, word) => ({ n: picked.size, left, names })[word]);
  };
  const list = (part) => {
    part.hidden = picked.size === 0;
    const items = part.querySelector('ul');
    items.replaceChildren(...[...picked].map(([id, text]) => {
      const item = document.createElement('li');
      const back = document.createElement('button');
      back.type = 'button';
      back.textContent = 'put back';
      back.addEventListener('click', () => { picked.delete(id); show(); });
      item.append(text, ' ', back);
      return item;
    }));
  };
  const show = () => {
    if (!name) return;
    try { sessionStorage.setItem(name, JSON.stringify([...picked])); } catch { /* Then it lasts as long as the page. */ }
    for (const box of boxes()) {
      box.checked = picked.has(box.dataset.pick);
      box.closest('tr').classList.toggle('chosen', box.checked);
    }
    const all = table.querySelector('[data-pick-page]');
    if (all) {
      all.disabled = boxes().length === 0;
      all.checked = boxes().length > 0 && boxes().every((box) => box.checked);
      all.indeterminate = !all.checked && boxes().some((box) => box.checked);
    }
    for (const form of formsOf(name)) {
      form.dataset.picked = JSON.stringify([...picked.keys()]);
      const left = Number(form.dataset.left ?? 0) - picked.size;
      for (const part of form.querySelectorAll('[data-picked]')) list(part);
      for (const part of form.querySelectorAll('[data-words]'))
        part.textContent = worded(picked.size === 0 ? part.dataset.wordsNone ?? '' : part.dataset.words, left);
      for (const part of form.querySelectorAll('[data-needs-picks]')) part.disabled = picked.size === 0;
      for (const part of form.querySelectorAll('[data-needs-left]')) {
        part.toggleAttribute('aria-disabled', left <= 0);
        part.classList.toggle('off', left <= 0);
        if ('disabled' in part) part.disabled = left <= 0;
      }
    }
  };

  let asked = 0;
  const load = async (href) => {
    const mine = (asked += 1);
    table.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(href, { headers: { accept: 'text/html' } });
      if (answer.redirected) return location.reload();
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-rows]');
      if (mine !== asked) return;
      if (!answer.ok || !next) throw new Error('no table');
      table.querySelector('[data-rows]').replaceWith(document.importNode(next, true));
      history.replaceState(null, '', href);
      tell('');
      show();
    } catch { if (mine === asked) tell('The table cannot be read now; try again.'); }
    finally { if (mine === asked) table.removeAttribute('aria-busy'); }
  };
  const find = table.querySelector('form.find');
  const wanted = () => find.getAttribute('action') + '?' + new URLSearchParams(new FormData(find));
  let typed = 0;
  find.addEventListener('submit', (event) => { event.preventDefault(); clearTimeout(typed); void load(wanted()); });
  find.addEventListener('input', () => { clearTimeout(typed); typed = setTimeout(() => void load(wanted()), 300); });
  table.addEventListener('click', (event) => {
    const link = event.target.closest('a[rel]');
    if (link) { event.preventDefault(); void load(link.getAttribute('href')); }
    const all = event.target.closest('[data-pick-all]');
    if (all) void pickAll(all);
  });
  const set = (id, text, on) => { if (on) picked.set(id, text); else picked.delete(id); };
  table.addEventListener('change', ({ target }) => {
    if ('pick' in target.dataset) set(target.dataset.pick, target.dataset.name, target.checked);
    else if ('pickPage' in target.dataset) for (const box of boxes()) set(box.dataset.pick, box.dataset.name, target.checked);
    else return;
    show();
  });
  const pickAll = async (button) => {
    const { pickAll: api, id, label } = button.dataset;
    button.disabled = true;
    try {
      for (let after = 0, more = true; more;) {
        const answer = await fetch(api + '&limit=500&after=' + after);
        if (!answer.ok) throw new Error('no items');
        const { items } = await answer.json();
        for (const item of items) if (item.fate === 'waiting' || item.kept === null) picked.set(item[id], item[label]);
        more = items.length === 500;
        after = items.at(-1)?.position ?? 0;
      }
    } catch { tell('Not all could be read; look at what is chosen.'); }
    button.disabled = false;
    show();
  };
  const { watchGate, seen } = table.dataset;
  if (watchGate) setInterval(async () => {
    const answer = await fetch('/api/gates/' + watchGate).catch(() => undefined);
    if (!answer?.ok) return;
    const { state, progress } = await answer.json();
    const busy = document.activeElement?.matches('input');
    if (JSON.stringify([state, progress]) !== seen && !busy) location.reload();
  }, 5000);
  // A page that comes back as it was left may have boxes as they were, and memory as it was before.
  addEventListener('pageshow', show);
  show();
}

for (const form of document.querySelectorAll('form[data-keep]')) form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { reason, until } = form.elements;
  const keys = pickedIn(form);
  if (keys.length === 0) return say(form, 'Choose what is to be kept.');
  if (!await submit(form, form.dataset.keep, { keys, reason: reason.value.trim(), until: until.value })) return;
  forget(form);
  reason.value = '';
  location.reload();
});
`;
