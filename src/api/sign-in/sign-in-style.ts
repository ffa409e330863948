/** The stylesheet of the sign-in page, served by itself so that the page needs no inline style. */
export const SIGN_IN_STYLE = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f5f2, #16181b); --card: light-dark(#ffffff, #1f2226); --ink: light-dark(#1c1e21, #eceae5);
  --soft: light-dark(#5d6167, #a5a9af); --line: light-dark(#8a8d92, #767b82); --accent: light-dark(#1f6f54, #55c39a);
  --on-accent: light-dark(#ffffff, #0d1f18); --bad: light-dark(#a3261b, #ff9d92);
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--card); border-radius: 14px;
  box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 12px 32px rgb(0 0 0 / .06); }
h1 { margin: 0 0 1.25rem; font-size: 1.375rem; line-height: 1.25; }
label { font-weight: 600; }
p { margin: .25rem 0 .75rem; color: var(--soft); font-size: .9375rem; }
input { width: 100%; padding: .7rem .8rem; font: 600 1.25rem/1.2 ui-monospace, monospace; letter-spacing: .12em;
  text-transform: uppercase; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px; }
input::placeholder { color: var(--soft); opacity: .7; font-weight: 400; }
[role=alert] { margin: .75rem 0 0; color: var(--bad); }
button { width: 100%; margin-top: 1rem; padding: .75rem; font-family: inherit; font-size: 1rem; font-weight: 600; border: 0;
  border-radius: 8px; background: var(--accent); color: var(--on-accent); cursor: pointer; }
.other { background: transparent; color: inherit; border: 1px solid var(--line); }
output { display: block; margin-top: .5rem; color: var(--bad); }
[hidden] { display: none; }
a { color: var(--accent); }
a.way { display: block; padding: .75rem; font-weight: 600; text-align: center; text-decoration: none; border-radius: 8px;
  background: var(--accent); color: var(--on-accent); }
a.way + form, p:has(a.way) + form { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
