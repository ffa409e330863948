import { ITEMS_STYLE } from './items-style.ts';

/** The pages' stylesheet, served as `/app.css`, so that no page needs an inline style. */
export const APP_STYLE = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f5f2, #16181b); --card: light-dark(#ffffff, #1f2226); --ink: light-dark(#1c1e21, #eceae5);
  --soft: light-dark(#5d6167, #a5a9af); --line: light-dark(#d9d7d2, #33373d); --accent: light-dark(#1f6f54, #55c39a);
  --on-accent: light-dark(#ffffff, #0d1f18); --bad: light-dark(#a3261b, #ff9d92); --warn: light-dark(#8a5a00, #f0b953);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; gap: 1rem; align-items: baseline; padding: .75rem 1rem; border-bottom: 1px solid var(--line); }
header a { font-weight: 700; text-decoration: none; color: inherit; }
header span { margin-left: auto; color: var(--soft); }
main { max-width: 60rem; margin: 0 auto; padding: 0 1rem 3rem; }
h1 { margin: 2rem 0 .75rem; font-size: 1.25rem; line-height: 1.3; }
h2 { margin: 0; font-size: 1.125rem; }
h3 { margin: 0 0 .25rem; font-size: 1rem; }
p { margin: .25rem 0; }
a { color: var(--accent); }
.soft { color: var(--soft); font-size: .875rem; }
.warn { color: var(--warn); }
article { margin: 0 0 1rem; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.option { margin-top: .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
blockquote { margin: .5rem 0; padding-left: .75rem; border-left: 3px solid var(--line); white-space: pre-wrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
pre { max-height: 24rem; margin: .5rem 0; padding: .6rem .75rem; overflow: auto; background: var(--ground);
  border-radius: 6px; font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
ul, ol { margin: .25rem 0; padding-left: 1.25rem; }
.timeline { padding: 0; list-style: none; }
.timeline li { padding: .2rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
time { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; }
th, td { padding: .35rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td:first-child { white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
.state { white-space: nowrap; overflow-wrap: normal; padding: .05rem .45rem; border: 1px solid currentColor; border-radius: 99px; font-size: .8125rem; font-weight: 600; }
.wait { color: var(--warn); } .good { color: var(--accent); } .bad { color: var(--bad); } .flat { color: var(--soft); }
aside { margin: 1rem 0; padding: .75rem 1.25rem; border: 2px solid var(--bad); border-radius: 10px; background: var(--card); }
aside h2 { color: var(--bad); font-size: 1rem; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-top: .75rem; }
label { display: flex; flex: 1 1 14rem; gap: .5rem; align-items: center; color: var(--soft); }
label[hidden] { display: none; }
label.tick { flex: 0 1 auto; } label.tick input { flex: none; min-width: 0; }
label.field { flex: 1 1 100%; flex-wrap: wrap; } label.field span { flex: 0 0 12rem; overflow-wrap: anywhere; }
label.field em { flex-basis: 100%; font-style: normal; }
input, select, textarea { flex: 1; min-width: 6rem; max-width: 100%; padding: .4rem .6rem; color: inherit; font: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: 6px; }
button, a.button { display: inline-block; padding: .4rem .9rem; text-decoration: none; color: inherit; font: inherit; background: transparent; border: 1px solid var(--line);
  border-radius: 6px; cursor: pointer; }
.go, a.button.go { color: var(--on-accent); background: var(--accent); border-color: var(--accent); font-weight: 600; }
button.stop { color: var(--bad); border-color: currentColor; }
button:disabled { opacity: .5; cursor: default; }
output:empty { display: none; }
output { flex-basis: 100%; color: var(--bad); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
header { flex-wrap: wrap; } header .halt[open] { order: 9; flex-basis: 100%; } summary { cursor: pointer; }
header summary { color: var(--bad); }
/* On a phone a run is a few short lines, and nothing of it is left out. */
@media (max-width: 40rem) {
  thead { display: none; }
  tbody tr { display: flex; flex-wrap: wrap; gap: 0 .75rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  tbody td { padding: .1rem 0; border: 0; } tbody td:nth-child(3) { flex-basis: 100%; }
  td:nth-child(n + 4) { color: var(--soft); }
  label.field span { flex-basis: 100%; }
  dl { grid-template-columns: 1fr; } dd { margin-bottom: .35rem; }
}
${ITEMS_STYLE}`;
