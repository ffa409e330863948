import type { FastifyReply } from 'fastify';
import type { Halt } from '../../domain/halt.ts';
import { haltBanner, haltForm } from './halt-banner.ts';
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

/** What every page of somebody who is signed in says besides its own. */
export interface Around {
  readonly person: string;
  /** In force, oldest first. */
  readonly halts: readonly Halt[];
}

const frame = (title: string, body: Html, head: Html | false): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Belay</title>
        <link rel="stylesheet" href="/app.css" />
        <link rel="icon" href="data:," />
        ${head}
      </head>
      <body>
        ${body}
      </body>
    </html> `;

const send = (reply: FastifyReply, page: Html): FastifyReply =>
  reply.headers(HEADERS).type('text/html; charset=utf-8').serializer(String).send(page.text);

/** Sends a page in Belay's frame: who is signed in, what is halted, and the way to halt. */
export function sendPage(reply: FastifyReply, title: string, { person, halts }: Around, body: Html): FastifyReply {
  const page = html`<header>
      <a href="/">Belay</a><span>${person}</span>${haltForm()}<button type="button" data-sign-out>Sign out</button>
    </header>
    <main>${haltBanner(halts)} ${body}</main>`;
  return send(
    reply,
    frame(halts.length === 0 ? title : `HALTED · ${title}`, page, html`<script src="/app.js" defer></script>`),
  );
}

/** Sends a page that says nothing of people, runs or halts. `head` is what it loads besides the style of all pages. */
export function sendBarePage(reply: FastifyReply, title: string, body: Html, head: Html | false = false): FastifyReply {
  const page = html`<header><a href="/">Belay</a></header>
    <main>${body}</main>`;
  return send(reply, frame(title, page, head));
}

/** What went wrong, for somebody who looks at it in a browser; says nothing about who they are. */
export function sendProblemPage(
  reply: FastifyReply,
  { status, title, detail }: { status: number; title: string; detail: string },
): FastifyReply {
  const body = html`<h1>${title}</h1>
    <p>${detail}</p>
    <p><a href="/">To the approvals and runs</a></p>`;
  return sendBarePage(reply.code(status), title, body);
}
