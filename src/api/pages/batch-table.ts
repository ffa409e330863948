import type { BatchItem } from '../../authority/batches/batch-items.ts';
import type { Batch } from '../../domain/batch.ts';
import { takenOutBy } from '../../domain/batch.ts';
import { manyText } from '../../domain/count-text.ts';
import type { Gate, GateOption } from '../../domain/gate.ts';
import { moneyText } from '../../domain/money.ts';
import type { Doors } from '../../authority/doors.ts';
import { foundInBatch } from '../items-page.ts';
import { type Html, html } from './html.ts';
import { COSTS, itemsTable, pickAll, pickCell, placeIn, ROWS } from './items-table.ts';
import type { Tone } from './tone-of.ts';

const TONES: Record<BatchItem['fate'], Tone> = {
  waiting: 'flat',
  'taken-out': 'flat',
  running: 'wait',
  done: 'good',
  skipped: 'wait',
  failed: 'bad',
  'in-doubt': 'bad',
  undone: 'wait',
};

/** Under which name a browser remembers what somebody takes out: of exactly this option, and of no other. */
export const takeOutName = (gate: Gate, option: GateOption): string => `out:${gate.id}:${option.digest}`;

/** How many would be done if nobody took out more than others already did. */
export const leftOf = (gate: Gate, { count }: Batch): number => count - takenOutBy(gate.decisions).size;

/** Every item of a batch gate, a page at a time: what, where, whose, for how much, how it is undone, what became of it. */
export async function batchTable(
  doors: Pick<Doors, 'batchItems'>,
  gate: Gate,
  path: string,
  query: Readonly<Record<string, unknown>>,
): Promise<Html | false> {
  const [option] = gate.options;
  const place = placeIn(path, query, {});
  const found = await foundInBatch(doors, gate, place.q, { after: 0, size: place.from + ROWS });
  if (!option || !found) return false;
  const open = gate.state === 'open';
  const { items, total } = found;
  const api = `/api/gates/${gate.id}/items?q=${encodeURIComponent(place.q)}`;
  return itemsTable({
    place,
    head: ['What', 'Connection', 'Owner', COSTS, 'Undo', 'State'],
    rows: items.slice(place.from, place.from + ROWS).map((item) => row(item, open)),
    total,
    watch:
      gate.state === 'executing' ? { gate: gate.id, seen: JSON.stringify([gate.state, gate.progress]) } : undefined,
    picks: open
      ? {
          name: takeOutName(gate, option),
          meaning: 'Check what is to be taken out. An approval is of everything else.',
          gone: [...takenOutBy(gate.decisions)],
          all: place.q.trim() !== '' && total > 0 && pickAll(api, 'action', 'title', `Take out all ${manyText(total)}`),
        }
      : null,
  });
}

function row(item: BatchItem, open: boolean): Html {
  const { action, sentence, title, key, connection, owner, money, source, undo, fate, why } = item;
  return html`<tr ${fate === 'taken-out' && html`class="out"`}>
    ${open && pickCell(action, title, 'Take out', fate === 'waiting')}
    <td class="what">${sentence} <small class="soft">${key}</small></td>
    <td>${connection}</td>
    <td>${owner ?? html`<span class="soft">nobody</span>`}</td>
    <td class="money" ${source !== null && html`title="${source}"`}>
      ${money === null ? html`<span class="soft">no price</span>` : moneyText(money)}
    </td>
    <td class="undo">${undo ?? html`<b class="bad">cannot be undone</b>`}</td>
    <td>
      <span class="state ${TONES[fate]}">${fate}</span> ${why !== null && html`<small class="soft">${why}</small>`}
    </td>
  </tr>`;
}
