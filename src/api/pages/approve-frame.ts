import type { FastifyReply } from 'fastify';
import type { ServerOptions } from '../server-options.ts';
import { type Html, html } from './html.ts';
import { sendBarePage, sendPage } from './page.ts';

/** What pages with passkeys have besides; they stand in the body, so that only pages that need them load them. */
const script = html`<script src="/passkey.js" defer></script>`;
const style = html`<link rel="stylesheet" href="/passkey.css" />`;

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
  return sendBarePage(reply, title, body, html`${style} ${script}`);
}
