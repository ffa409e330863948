/** What tables of many items add to the stylesheet of all pages. */
export const ITEMS_STYLE = `main:has(.items) { max-width: 84rem; }
.batch h3 { margin-top: .25rem; font-size: 1.125rem; }
.items { margin-top: 1rem; padding-top: .25rem; border-top: 1px solid var(--line); }
.meaning { margin: .25rem 0; font-weight: 600; }
.items[aria-busy] [data-rows] { opacity: .5; }
.find input { width: 0; max-width: 28rem; }
.where { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
.where .pages { display: flex; gap: 1rem; margin-left: auto; }
.where button { padding: .1rem .6rem; }
.confirm .option.batch { margin: 0; padding: 0; border: 0; }
.find label { flex-basis: 10rem; } [data-rows] { overflow-x: auto; }
.many td, .many th { overflow-wrap: break-word; } .many td:first-child { white-space: normal; }
.many .pick { width: 1.75rem; } .many .pick input, .many th input { flex: none; min-width: 0; width: 1.05rem; height: 1.05rem; margin: .1rem 0 0; }
.many .what { min-width: 16rem; } .many .what small { display: block; overflow-wrap: anywhere; }
.many .money { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.many .undo { min-width: 10rem; color: var(--soft); }
.many tr.out, .many tr.kept { color: var(--soft); } .many tr.out .what { text-decoration: line-through; text-decoration-color: var(--line); }
.many tr.chosen { background: color-mix(in srgb, var(--accent) 10%, transparent); }
[data-picks^='out:'] tr.chosen { background: color-mix(in srgb, var(--warn) 10%, transparent); }
[data-picks^='out:'] tr.chosen .what { text-decoration: line-through; }
.bar { position: sticky; bottom: 0; z-index: 1; margin: .75rem -1.25rem -1rem; padding: .75rem 1.25rem; background: var(--card);
  border-top: 1px solid var(--line); border-radius: 0 0 10px 10px; }
.picked { flex: 1 1 100%; } .picked summary { font-weight: 600; color: var(--warn); }
.picked ul { max-height: 30vh; overflow: auto; list-style: none; padding: 0; } .picked li { padding: .15rem 0; }
.picked button { padding: 0 .5rem; font-size: .8125rem; }
a.off { pointer-events: none; opacity: .5; }
@media (max-width: 40rem) {
  .many .what { flex: 1 1 80%; min-width: 0; } .many .undo, .many td:last-child { flex: 1 1 100%; }
  .many td:nth-child(3) { flex-basis: auto; }
  .bar { padding: .5rem 1rem; } .bar label { flex-basis: 100%; } .bar button, .bar a.button { flex: 1 1 auto; text-align: center; }
}
`;
