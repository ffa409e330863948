import { visibleText } from '../../../domain/visible-text.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as text: nothing in it becomes markup, nothing in it is hidden. */
export const escaped = (text: string): string =>
  visibleText(text).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** A definition list of what there is to say. */
export const facts = (pairs: readonly (readonly [name: string, value: string | undefined])[]): string =>
  `<dl>${pairs
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value ?? '')}</dd>`)
    .join('')}</dl>`;

/** The whole page's beginning; calm on screen, and it prints. It loads nothing and runs nothing. */
export const pageStart = (title: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>
body{font:15px/1.5 system-ui,sans-serif;color:#1c2024;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem;border-top:1px solid #d9dde1;padding-top:1rem}h3{font-size:1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.5rem 0}dt{color:#5b6570}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:.87rem}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #e8ebee;overflow-wrap:anywhere}
code,pre{font:.85em/1.45 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}.quiet{color:#5b6570}.loud{border:1px solid #b7791f;padding:.5rem .8rem}
summary{cursor:pointer;color:#5b6570}@media print{body{margin:0;max-width:none}h2{break-after:avoid}details>summary{display:none}}
</style></head><body>
`;

export const PAGE_END = '</body></html>\n';
