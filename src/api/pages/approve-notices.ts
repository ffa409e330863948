import type { Site } from '../../authority/stepup/site.ts';
import { type Html, html } from './html.ts';

/**
 * Why passkeys cannot be used on this page as it was opened, in words; undefined when they can. They are bound to a name:
 * the page under another one (127.0.0.1 instead of localhost) could ask, and the browser would refuse.
 */
export function siteNotice(site: Site | null, host: string | undefined, path: string): Html | undefined {
  if (!site)
    return html`<p class="notice">
      No passkeys can be used on this server: browsers want https and a name (or http://localhost). Set
      <code>BELAY_PUBLIC_URL</code>.
    </p>`;
  if (new URL(site.origin).host === host) return undefined;
  return html`<p class="notice">
    Passkeys do not work at this address. Open <a href="${site.origin}${path}">${site.origin}${path}</a> and sign in
    there.
  </p>`;
}
