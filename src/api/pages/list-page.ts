import type { Doors } from '../../authority/doors.ts';
import type { ListItemView, ListView } from '../../authority/lists/list-view.ts';
import { manyText } from '../../domain/count-text.ts';
import { LONGEST_KEEP_DAYS } from '../../domain/keep.ts';
import { moneyText, sumsText } from '../../domain/money.ts';
import type { Person } from '../../domain/person.ts';
import { foundInList, type Whose } from '../items-page.ts';
import { type Html, html } from './html.ts';
import { COSTS, itemsTable, pickAll, pickCell, pickedList, placeIn, ROWS } from './items-table.ts';
import { timeOf } from './time-of.ts';

/** For how long something is kept unless another day is chosen. Days. */
const DEFAULT_DAYS = 90;
const DAY_MS = 24 * 3600_000;

/** A list of a run: what will happen to what is on it, when, and which of it is kept. Keeping is one form below. */
export async function listPage(
  doors: Pick<Doors, 'list' | 'nameOf'>,
  of: { run: string; name: string },
  person: Person,
  query: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<Html | undefined> {
  const owner = typeof query['owner'] === 'string' ? query['owner'].slice(0, 300) : undefined;
  const mine = query['mine'] === 'true';
  const whose: Whose = { ...(owner === undefined ? {} : { owner }), ...(mine ? { mine } : {}) };
  const path = `/runs/${of.run}/lists/${of.name}`;
  const keeps = { ...(owner === undefined ? {} : { owner }), ...(mine ? { mine: 'true' } : {}) };
  const place = placeIn(path, query, keeps);
  const found = await foundInList(doors, of, person, whose, place.q);
  if (!found) return undefined;
  const { list, items } = found;
  const open = list.asks?.open === true;
  const api = `/api${path}?${new URLSearchParams({ ...keeps, q: place.q }).toString()}`;
  const name = `keep:${of.run}:${of.name}`;
  const keepable = items.filter(({ kept }) => kept === null).length;
  return html`<h1>
      ${list.name} <span class="soft">of run <a href="/runs/${of.run}">${of.run}</a></span>
    </h1>
    <article>
      ${about(list)} ${filters(path, keeps, owner, mine)}
      ${itemsTable({
        place,
        head: ['What', 'Connection', 'Owner', COSTS, 'Kept'],
        rows: items.slice(place.from, place.from + ROWS).map((item) => row(item, open)),
        total: items.length,
        picks: open
          ? {
              name,
              meaning: 'Check what you still need. Nobody is asked to change it until the day you name.',
              gone: [],
              all: keepable > 0 && pickAll(api, 'key', 'title', `Choose all ${manyText(keepable)} that can be kept`),
            }
          : null,
      })}
      ${open && keepForm(list, name, now)}
    </article>`;
}

function about({ asks, money, count, runbook, leftOut }: ListView): Html {
  const costs = `${manyText(count)} items, ${sumsText(money)}${money.length === 0 ? '' : ' a month'}`;
  const without = leftOut > 0 && ` · ${manyText(leftOut)} of the list before it are left out`;
  if (!asks) return html`<p>${costs}${without} · <span class="soft">nobody is asked about this list</span></p>`;
  return html`<h2>${asks.what}</h2>
    <p>
      ${costs}${without} · <b>${manyText(asks.kept)} kept</b> ·
      ${asks.open ? html`may be kept until <b>${timeOf(asks.until)}</b>` : html`<b>the time to keep is over</b> since ${timeOf(asks.until)}`}
    </p>
    <p class="soft">
      What is kept is left out here and in later runs of ${runbook}, until the day that is named.
      ${asks.open && 'What nobody keeps goes on to an approval then.'}
    </p>`;
}

const filters = (path: string, keeps: object, owner: string | undefined, mine: boolean): Html => {
  const one = (query: string, words: string, on: boolean) =>
    on ? html`<b>${words}</b>` : html`<a href="${path}${query}">${words}</a>`;
  return html`<p class="soft filters">
    ${one('', 'all', Object.keys(keeps).length === 0)} · ${one('?mine=true', 'mine', mine)} ·
    ${one('?owner=', 'nobody’s', owner === '')}${owner !== undefined && owner !== '' && html` · <b>${owner}’s</b>`}
  </p>`;
};

function row({ key, title, connection, owner, money, kept }: ListItemView, open: boolean): Html {
  return html`<tr ${kept !== null && html`class="kept"`}>
    ${open && pickCell(key, title, 'Keep', kept === null)}
    <td class="what">${title} <small class="soft">${key}</small></td>
    <td>${connection}</td>
    <td>${owner ?? html`<span class="soft">nobody</span>`}</td>
    <td class="money" ${money !== null && html`title="${money.source}"`}>
      ${money === null ? html`<span class="soft">no price</span>` : moneyText(money)}
    </td>
    <td>${kept}</td>
  </tr>`;
}

/** Says why and until when; which are those that are checked above, on whatever page. */
function keepForm({ run, name }: ListView, picks: string, now: Date): Html {
  const day = (days: number): string => new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10);
  return html`<form class="bar" data-keep="/api/runs/${run}/lists/${name}/keep" data-picks="${picks}">
    ${pickedList('{n} to keep: {names}')}
    <label>Why <input name="reason" required maxlength="1000" autocomplete="off" /></label>
    <label class="tick"
      >Until
      <input
        type="date"
        name="until"
        required
        value="${day(DEFAULT_DAYS)}"
        min="${day(0)}"
        max="${day(LONGEST_KEEP_DAYS)}"
    /></label>
    <button type="submit" class="go" disabled data-needs-picks data-words="Keep {n}" data-words-none="Keep…">
      Keep…
    </button>
    <output role="status"></output>
  </form>`;
}
