import type { FastifyInstance } from 'fastify';
import type { PasskeyRecord } from '../../authority/stepup/passkey-record.ts';
import type { ServerOptions } from '../server-options.ts';
import { siteNotice } from './approve-notices.ts';
import { type Html, html } from './html.ts';
import { sendPasskeyPage } from './approve-frame.ts';
import { timeOf } from './time-of.ts';

const label = (): Html =>
  html`<label>Name <input name="label" maxlength="60" placeholder="laptop" autocomplete="off" /></label>`;

/** `/passkeys`: one's own, and making one: by a code from the terminal (also for who is not signed in), or by another. */
export async function passkeysPage(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  app.get('/passkeys', { schema: { hide: true } }, async (request, reply) => {
    const { person } = request;
    const own = person ? await doors.passkeys.list(person) : [];
    const notice = siteNotice(await doors.passkeys.site(), request.headers.host, '/passkeys');
    const body = html`<h1>Passkeys</h1>
      <p class="soft">
        A passkey proves that you yourself approved exactly what you saw. It stays on your device; Belay keeps its
        public part.
      </p>
      ${notice ?? html`${person && mine(own)} ${byCode(person ? '/passkeys' : '/signin?to=%2Fpasskeys')}`}`;
    return sendPasskeyPage(reply, { doors }, 'Passkeys', body);
  });
}

const mine = (own: readonly PasskeyRecord[]): Html =>
  html`<article>
    <h2>Yours</h2>
    ${
      own.length === 0
        ? html`<p class="soft">None yet.</p>`
        : html`<ul class="passkeys">
            ${own.map(oneOf)}
          </ul>`
    }
    ${
      own.length > 0 &&
      html`<form data-passkey-another>
        ${label()}
        <button type="submit">Add another</button>
        <output role="status"></output>
      </form>`
    }
  </article>`;

const oneOf = ({ id, label: name, device, by, at }: PasskeyRecord): Html =>
  html`<li>
    <b>${name}</b> · ${device === 'singleDevice' ? 'on one device' : 'may be synced by its maker'} · added ${timeOf(at)}
    ${by.kind === 'code' ? 'with a code from the terminal' : 'with another passkey'} · ${id.slice(0, 12)}
    <button type="button" data-passkey-revoke="${id}">Revoke</button>
    <output role="status"></output>
  </li>`;

const byCode = (then: string): Html =>
  html`<article>
    <h2>Add one with a code</h2>
    <p class="soft">
      <code>belay passkey add --person you</code> in the terminal prints it. It works once, for 15 minutes.
    </p>
    <form data-passkey-code="${then}">
      <label
        >Code
        <input
          name="code"
          required
          maxlength="20"
          placeholder="XXXX-XXXX-XXXX"
          autocomplete="one-time-code"
          spellcheck="false"
      /></label>
      ${label()}
      <button type="submit" class="go">Make a passkey</button>
      <output role="status"></output>
    </form>
  </article>`;
