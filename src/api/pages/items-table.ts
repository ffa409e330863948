import { manyText } from '../../domain/count-text.ts';
import { type Html, html } from './html.ts';

/** How many rows a page of a table has. */
export const ROWS = 100;

/** The head of the column with what things cost; numbers stand to its right. */
export const COSTS = 'A month';

/** Where in a table somebody is: how many rows are before, and which words they look for. */
export interface TablePlace {
  /** The page's own address. */
  readonly path: string;
  /** What else its address says. */
  readonly keeps: Readonly<Record<string, string>>;
  readonly from: number;
  readonly q: string;
}

export interface ItemsTable {
  readonly place: TablePlace;
  readonly head: readonly string[];
  /** This page's rows, and how many there are on all pages. */
  readonly rows: readonly Html[];
  readonly total: number;
  /** Of what is being carried out: its gate, and what was known of it when this was made. */
  readonly watch?: { readonly gate: string; readonly seen: string } | undefined;
  /** What is remembered under which name while somebody pages; null where nothing can be chosen. */
  readonly picks: {
    readonly name: string;
    /** What checking a row means, and what not: a box alone says neither. */
    readonly meaning: string;
    readonly gone: readonly string[];
    readonly all: Html | false;
  } | null;
}

/** Where a query of a table's page begins and what it looks for; whatever else it says is not a place in it. */
export function placeIn(
  path: string,
  query: Readonly<Record<string, unknown>>,
  keeps: TablePlace['keeps'],
): TablePlace {
  const from = Number(query['from']);
  return {
    path,
    keeps,
    from: Number.isSafeInteger(from) && from > 0 ? from - (from % ROWS) : 0,
    q: typeof query['q'] === 'string' ? query['q'].slice(0, 200) : '',
  };
}

const addressOf = ({ path, keeps, q }: TablePlace, from: number): string => {
  const query = new URLSearchParams({
    ...keeps,
    ...(q === '' ? {} : { q }),
    ...(from === 0 ? {} : { from: String(from) }),
  });
  return query.size === 0 ? path : `${path}?${query.toString()}`;
};

/**
 * A table of many items, a page at a time, with a search that the server does. Without a script it is links and a form;
 * `/app.js` changes the rows where they stand, so that what was chosen on other pages stays chosen.
 */
export function itemsTable({ place, head, rows, total, picks, watch }: ItemsTable): Html {
  const { from, q, path, keeps } = place;
  const last = from + rows.length;
  const shown =
    total === 0
      ? 'none'
      : rows.length === 0
        ? `none from here on, of ${manyText(total)}`
        : `${manyText(from + 1)}–${manyText(last)} of ${manyText(total)}`;
  return html`<section
    class="items"
    data-items
    ${watch !== undefined && html`data-watch-gate="${watch.gate}" data-seen="${watch.seen}"`}
    ${picks && html`data-picks="${picks.name}" data-gone="${JSON.stringify(picks.gone)}"`}
  >
    <form class="find" role="search" action="${path}">
      ${Object.entries(keeps).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
      <label>Search <input type="search" name="q" value="${q}" maxlength="200" autocomplete="off" /></label>
      <button type="submit">Search</button>
      <output role="status"></output>
    </form>
    ${picks && html`<p class="meaning">${picks.meaning}</p>`}
    <div data-rows>
      <p class="where soft">
        <span>${shown}${q !== '' && ` that have “${q}”`}</span>
        ${picks?.all ?? false}
        <span class="pages">
          ${from > 0 && html`<a rel="prev" href="${addressOf(place, Math.max(0, from - ROWS))}">← previous</a>`}
          ${last < total && html`<a rel="next" href="${addressOf(place, from + ROWS)}">next →</a>`}
        </span>
      </p>
      ${
        rows.length > 0 &&
        html`<table class="many">
          <thead>
            <tr>
              ${picks && html`<th><input type="checkbox" data-pick-page aria-label="All on this page" /></th>`}
              ${head.map((name) => html`<th ${name === COSTS && html`class="money"`}>${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>`
      }
    </div>
  </section>`;
}

/** The box that chooses a row; an empty cell where it cannot be chosen any more. */
export const pickCell = (id: string, name: string, label: string, possible: boolean): Html =>
  html`<td class="pick">
    ${
      possible &&
      html`<input
        type="checkbox"
        autocomplete="off"
        data-pick="${id}"
        data-name="${name}"
        aria-label="${label} ${name}"
      />`
    }
  </td>`;

/** Chooses everything that the search found, on all pages: read from the API, so that what is chosen is what there is. */
export const pickAll = (api: string, id: string, name: string, label: string): Html =>
  html`<button type="button" data-pick-all="${api}" data-id="${id}" data-label="${name}">${label}</button>`;

/** What is chosen, wherever in the table it is, each with a way back. Filled in by the script. */
export const pickedList = (words: string): Html =>
  html`<details class="picked" data-picked hidden>
    <summary data-words="${words}"></summary>
    <ul></ul>
  </details>`;
