import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import type { EmulatedSlack } from './emulated-slack.ts';
import type { Interactions } from './interactions.ts';
import type { Overlay } from './overlay.ts';
import { renderPage } from './page/render-page.ts';
import { memberByName } from './workspace.ts';

/** Proxies and browsers drop silent streams; a comment keeps one open. Milliseconds. */
const HEARTBEAT = 15_000;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

const As = z.object({ as: z.string() });
const FormState = z.record(z.string(), z.array(z.string().max(10_000)));
const Use = As.extend({
  spot: z.object({ kind: z.enum(['message', 'ephemeral', 'view']), id: z.string() }),
  control: z.object({ block: z.string(), action: z.string() }),
  state: FormState,
});
const Submit = As.extend({ view: z.string(), state: FormState });
const Close = As.extend({ view: z.string() });
const Dismiss = As.extend({ ts: z.string() });
const Say = As.extend({ text: z.string().trim().min(1).max(4000), thread: z.string().optional() });

export interface PageParts {
  readonly slack: EmulatedSlack;
  readonly overlay: Overlay;
  readonly interactions: Interactions;
}

/** The page, what it loads, its live stream, and what it posts. All for signed-in browsers only. */
export async function pageRoutes(app: FastifyInstance, { slack, overlay, interactions }: PageParts): Promise<void> {
  const { workspace } = slack;
  const [first] = workspace.members;
  const file = (path: string | URL) => readFile(path, 'utf8');
  const assets = new Map([
    ['client.js', { type: 'text/javascript', text: await file(new URL('page/client.js', import.meta.url)) }],
    ['page.css', { type: 'text/css', text: await file(new URL('page/page.css', import.meta.url)) }],
    ['blocks.css', { type: 'text/css', text: await file(libraryStyle()) }],
  ]);
  app.addHook('onRequest', app.requireSignedIn);

  app.get<{ Querystring: { as?: string; thread?: string; tab?: string } }>('/', async (request, reply) => {
    const member = memberByName(workspace, request.query.as) ?? first;
    if (!member) throw new Error('the sandbox has no people');
    const { thread } = request.query;
    const state = {
      workspace,
      member,
      tab: request.query.tab === 'home' ? ('home' as const) : ('channel' as const),
      messages: await interactions.messages(),
      ephemerals: overlay.ephemerals(member.id),
      modals: overlay.modals(member.id),
      home: overlay.home(member.id),
      deliveries: overlay.deliveries(),
      ...(thread ? { thread: { ts: thread, messages: await interactions.messages(thread) } } : {}),
    };
    return reply.headers(HEADERS).type('text/html; charset=utf-8').send(renderPage(state));
  });

  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const asset = assets.get(request.params.name);
    if (!asset) return reply.callNotFound();
    return reply
      .headers({ ...HEADERS, 'cache-control': 'no-cache' })
      .type(`${asset.type}; charset=utf-8`)
      .send(asset.text);
  });

  app.get('/live', (request, reply) => stream(request, reply, overlay));

  app.post('/act/use', async (request, reply) => {
    const { as, spot, control, state } = Use.parse(request.body);
    return (await interactions.use(member(as), spot, control, state)) ?? gone(reply);
  });
  app.post('/act/submit', async (request, reply) => {
    const { as, view, state } = Submit.parse(request.body);
    return (await interactions.submit(member(as), view, state)) ?? gone(reply);
  });
  app.post('/act/close', async (request) => {
    const { as, view } = Close.parse(request.body);
    await interactions.close(member(as), view);
    return {};
  });
  app.post('/act/dismiss', (request) => {
    const { as, ts } = Dismiss.parse(request.body);
    overlay.dropEphemeral(member(as).id, ts);
    return {};
  });
  app.post('/act/home', async (request) => await interactions.openHome(member(As.parse(request.body).as)));
  app.post('/act/say', async (request) => {
    const { as, text, thread } = Say.parse(request.body);
    if (text.startsWith('/')) return await interactions.command(member(as), text);
    await interactions.say(member(as), text, thread);
    return {};
  });

  function member(name: string) {
    const found = memberByName(workspace, name);
    if (!found) throw Object.assign(new Error(`Nobody here is called "${name}".`), { statusCode: 422 });
    return found;
  }
}

const libraryStyle = (): string => createRequire(import.meta.url).resolve('slack-blocks-to-jsx/dist/style.css');

function gone(reply: FastifyReply) {
  const detail = 'That card or modal has changed meanwhile; look at it again.';
  const problem = { type: 'about:blank', title: 'Gone', status: 409, detail };
  return reply.code(409).type('application/problem+json').send(problem);
}

/** Server-sent events: `changed` whenever something on the page may look different. */
function stream(request: FastifyRequest, reply: FastifyReply, overlay: Overlay): void {
  reply.hijack();
  reply.raw.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  reply.raw.write(': open\n\n');
  const stop = overlay.onChange(() => reply.raw.write('event: changed\ndata: {}\n\n'));
  const beat = setInterval(() => reply.raw.write(': beat\n\n'), HEARTBEAT);
  request.raw.once('close', () => {
    clearInterval(beat);
    stop();
  });
}
