import { randomBytes } from 'node:crypto';

import Fastify, { type FastifyError } from 'fastify';
import { ZodError } from 'zod';

import { signIn } from '../../src/api/sign-in/sign-in.ts';
import { type EmulatedSlack, startEmulatedSlack } from './emulated-slack.ts';
import { Interactions } from './interactions.ts';
import { Overlay } from './overlay.ts';
import { pageRoutes } from './page-routes.ts';
import { ResponseUrls } from './response-urls.ts';
import { webApi } from './web-api.ts';

export interface SandboxSlackOptions {
  /** Where Belay listens, such as `http://127.0.0.1:7420`; a function where that is known only later. */
  readonly belay: string | (() => string);
  /** Where the page listens, on loopback. Default: a free port. */
  readonly port?: number;
  /** Told each sign-in code, the first one included. */
  readonly announceCode?: (code: string) => void;
  /** Signs what is sent to Belay. Default: random; it is in `env`. */
  readonly signingSecret?: string;
}

export interface SandboxSlack {
  /** The page's address. It holds no secret; signing in takes the code. */
  readonly page: string;
  /** What Belay needs in its environment to use this Slack. */
  readonly env: Readonly<
    Record<
      'SLACK_API_URL' | 'SLACK_BOT_TOKEN' | 'SLACK_SIGNING_SECRET' | 'BELAY_SLACK_CHANNEL' | 'BELAY_APPROVERS',
      string
    >
  >;
  /** How Belay knows the members, by their names: `slack:<team>/<user>`. Guests are not among them. */
  readonly people: Readonly<Record<string, string>>;
  /** The sign-in code: works once, for ten minutes. */
  readonly code: string;
  /** Makes and announces another code. */
  newCode(): string;
  stop(): Promise<void>;
}

/**
 * A small Slack for people without a workspace: the emulated Web API for Belay, and a page on which people see its
 * cards and use them; what they do reaches Belay as properly signed requests. All in this process, on loopback, so
 * nothing of it outlives its parent. Rejects when the port is taken.
 */
export async function startSandboxSlack(options: SandboxSlackOptions): Promise<SandboxSlack> {
  const slack = await startEmulatedSlack();
  try {
    return await startPage(slack, options);
  } catch (error) {
    await slack.stop();
    throw error;
  }
}

async function startPage(slack: EmulatedSlack, options: SandboxSlackOptions): Promise<SandboxSlack> {
  const { belay, port = 0, announceCode, signingSecret: secret = randomBytes(16).toString('hex') } = options;
  const { workspace } = slack;
  let page = '';
  let code = '';
  const overlay = new Overlay();
  const urls = new ResponseUrls(slack, overlay, () => page);
  const to = { belay: typeof belay === 'string' ? () => belay : belay, secret };
  const interactions = new Interactions(slack, overlay, urls, to);

  // Streams to open pages would otherwise hold the server open.
  const app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const status = error instanceof ZodError ? 422 : (error.statusCode ?? 500);
    const problem = { type: 'about:blank', title: 'The sandbox could not do that', status, detail: error.message };
    return reply.code(status).type('application/problem+json').send(problem);
  });
  await app.register(signIn, {
    cookieName: 'belay-sandbox-slack',
    name: 'the Belay sandbox',
    allowedHosts: () => [new URL(page).host, new URL(page).host.replace('127.0.0.1', 'localhost')],
    announceCode: (fresh) => {
      code = fresh;
      announceCode?.(fresh);
    },
    secureCookie: false,
  });
  await app.register(webApi, { slack, overlay });
  urls.routes(app);
  await app.register(pageRoutes, { slack, overlay, interactions });
  page = await app.listen({ host: '127.0.0.1', port });

  const members = workspace.members.filter((member) => !member.guest);
  const people = Object.fromEntries(members.map(({ name, id }) => [name, `slack:${workspace.team.id}/${id}`]));
  return {
    page,
    env: {
      SLACK_API_URL: `${page}/api/`,
      SLACK_BOT_TOKEN: workspace.app.botToken,
      SLACK_SIGNING_SECRET: secret,
      BELAY_SLACK_CHANNEL: workspace.channel.id,
      BELAY_APPROVERS: Object.values(people).join(','),
    },
    people,
    code,
    newCode: () => app.newSignInCode(),
    stop: async () => {
      await app.close();
      await slack.stop();
    },
  };
}
