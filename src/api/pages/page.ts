import type { FastifyReply } from 'fastify';
import { type Html, html } from './html.ts';

/** Nothing from elsewhere, nothing inline: text that got through the escaping would still be only text. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Sends a page in Belay's frame. */
export function sendPage(reply: FastifyReply, title: string, person: string, body: Html): FastifyReply {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Belay</title>
        <link rel="stylesheet" href="/app.css" />
        <link rel="icon" href="data:," />
        <script src="/app.js" defer></script>
      </head>
      <body>
        <header>
          <a href="/">Belay</a><span>${person}</span><button type="button" data-sign-out>Sign out</button>
        </header>
        <main>${body}</main>
      </body>
    </html> `;
  return reply.headers(HEADERS).type('text/html; charset=utf-8').serializer(String).send(page.text);
}
