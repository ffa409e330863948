/** What the sign-in page says. */
export interface SignInPage {
  /** Whose door this is, such as `Belay`. */
  readonly name: string;
  /** Where to go afterwards: a path on this server. */
  readonly to: string;
  /** Other ways in, each a link. */
  readonly ways?: readonly { readonly href: string; readonly label: string }[];
  /** Whether this server takes passkeys, and serves `/passkey.js`. */
  readonly passkeys?: boolean | undefined;
  /** Why the last try did not work. */
  readonly problem?: string | undefined;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text made safe for HTML, in content and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

const frame = (title: string, head: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/signin/style.css">
<link rel="icon" href="data:,">${head}
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;

/** Shown by its script, where the browser can do it. */
const passkeyButton = (to: string): string => `
<div data-passkey-sign-in="${escapeHtml(to)}" hidden>
<button type="button" class="other">Sign in with a passkey</button>
<output role="alert"></output>
</div>`;

/** The page with the one field. Works without script; the code goes in a form's body, never in an address. */
export function signInPage({ name, to, problem, passkeys = false, ways = [] }: SignInPage): string {
  const links = ways.map(
    ({ href, label }) =>
      `<p><a class="way" href="${escapeHtml(`${href}?to=${encodeURIComponent(to)}`)}">${escapeHtml(label)}</a></p>`,
  );
  const alert = problem ? `<p id="problem" role="alert">${escapeHtml(problem)}</p>` : '';
  const described = problem ? 'problem hint' : 'hint';
  return frame(
    `Sign in · ${name}`,
    passkeys ? '\n<script src="/passkey.js" defer></script>' : '',
    `<h1>Sign in to ${escapeHtml(name)}</h1>
${links.join('\n')}
<form method="post" action="/signin">
<label for="code">One-time code</label>
<p id="hint">It is printed in the terminal where ${escapeHtml(name)} was started. It works once, for ten minutes.</p>
<input id="code" name="code" required autofocus autocomplete="one-time-code" autocapitalize="characters"
 spellcheck="false" inputmode="text" maxlength="20" placeholder="XXXX-XXXX" aria-describedby="${described}"${problem ? ' aria-invalid="true"' : ''}>
${alert}
<input type="hidden" name="to" value="${escapeHtml(to)}">
<button type="submit">Sign in</button>
</form>${passkeys ? passkeyButton(to) : ''}`,
  );
}

/** A refusal, for someone who looks at it in a browser. */
export function problemPage(title: string, detail: string): string {
  return frame(title, '', `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(detail)}</p>`);
}

/**
 * Loads the same address once more. A link clicked in Slack is a cross-site navigation, to which a browser adds no
 * `SameSite=Strict` cookie; the second request comes from our own page and carries it.
 */
export function againPage(path: string): string {
  const head = `\n<meta http-equiv="refresh" content="0; url=${escapeHtml(path)}">`;
  return frame('One moment', head, `<p><a href="${escapeHtml(path)}">Continue</a></p>`);
}
