/** What the pages with passkeys add to the stylesheet of all pages; served as `/passkey.css`. */
export const APPROVE_STYLE = `.notice, .recorded { margin: 0 0 1rem; padding: .75rem 1rem; background: var(--card);
  border: 1px solid var(--line); border-left: 4px solid var(--warn); border-radius: 6px; overflow-wrap: anywhere; }
.recorded { border-left-color: var(--accent); }
.confirm h3 { margin-top: .25rem; font-size: 1.25rem; line-height: 1.3; }
.confirm button, .force button { padding: .6rem 1.1rem; }
.force { margin: 0 0 1rem; padding: .75rem 1.25rem; border: 2px solid var(--bad); border-radius: 10px; }
.force summary { color: var(--bad); font-weight: 600; cursor: pointer; }
.force p { margin: .5rem 0; }
button.bad { color: var(--ground); background: var(--bad); border-color: var(--bad); font-weight: 600; }
.passkeys { padding: 0; list-style: none; }
.passkeys li { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; padding: .5rem 0;
  border-bottom: 1px solid var(--line); }
.passkeys button { margin-left: auto; }
@media (max-width: 40rem) { .confirm button, .force button { flex: 1 1 100%; } .confirm label { flex-basis: 100%; } }
[hidden] { display: none; }
`;
