import type { FastifyReply } from 'fastify';
import type { ServerOptions } from '../server-options.ts';
import { type Html, html } from './html.ts';
import { sendPage } from './page.ts';

/** What pages with passkeys have besides; they stand in the body, so that only pages that need them load them. */
const script = html`<script src="/passkey.js" defer></script>`;
const style = html`<link rel="stylesheet" href="/passkey.css" />`;

const ALONE = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Sends a page with passkeys: in Belay's frame for who is signed in, and bare (it says nothing of runs or halts) for who is not. */
export async function sendPasskeyPage(
  reply: FastifyReply,
  { doors }: Pick<ServerOptions, 'doors'>,
  title: string,
  body: Html,
): Promise<FastifyReply> {
  const { person } = reply.request;
  if (person)
    return sendPage(
      reply,
      title,
      { person: person.name, halts: await doors.halts() },
      html`${style} ${body} ${script}`,
    );
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Belay</title>
        <link rel="stylesheet" href="/app.css" />
        ${style}
        <link rel="icon" href="data:," />
      </head>
      <body>
        <header><a href="/">Belay</a></header>
        <main>${body}</main>
        ${script}
      </body>
    </html> `;
  return reply.headers(ALONE).type('text/html; charset=utf-8').serializer(String).send(page.text);
}
