import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import { Attachment, Block, blocksOf, Message, View } from './block-kit.ts';
import { checkBlocks, checkView } from './check-blocks.ts';
import type { EmulatedSlack, SlackAnswer } from './emulated-slack.ts';
import type { Overlay } from './overlay.ts';

const Form = z.record(z.string(), z.unknown());
const UserEntry = z.looseObject({ id: z.string() });

/**
 * `POST|GET /api/<method>`: the Slack Web API that Belay is given. Passes calls to the emulated one, only with the
 * bot's own token, and adds what that lacks: Slack's limits on blocks, who is a guest, ephemeral messages and views
 * where the page can see them. Methods that nobody emulates are Slack's `unknown_method`.
 */
export async function webApi(app: FastifyInstance, { slack, overlay }: { slack: EmulatedSlack; overlay: Overlay }) {
  const { workspace, call } = slack;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    done(null, readArguments(request.headers['content-type'] ?? '', String(body)));
  });

  app.route<{ Params: { method: string } }>({
    method: ['GET', 'POST'],
    url: '/api/:method',
    handler: async (request): Promise<SlackAnswer> => {
      const { method } = request.params;
      const query = Form.safeParse(request.query).data ?? {};
      const { token: inBody, ...args } = { ...query, ...Form.safeParse(request.body).data };
      const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? inBody;
      if (!/^[\w.]+$/.test(method)) return { ok: false, error: 'unknown_method' };
      if (token === undefined) return { ok: false, error: 'not_authed' };
      if (token !== workspace.app.botToken) return { ok: false, error: 'invalid_auth' };
      const problem = problemOf(args);
      if (problem)
        return { ok: false, error: problem.error, response_metadata: { messages: [`[ERROR] ${problem.hint}`] } };
      return keep(method, args, await call(method, args));
    },
  });

  /** Notes what the page must show, and answers what the emulator got right. */
  function keep(method: string, args: Record<string, unknown>, answer: SlackAnswer): SlackAnswer {
    if (!answer.ok) return answer;
    if (method === 'users.info') return { ...answer, user: withGuest(answer['user']) };
    if (method === 'users.list')
      return { ...answer, members: z.array(z.unknown()).parse(answer['members']).map(withGuest) };
    if (method === 'chat.postEphemeral') {
      const message = Message.parse({ ...args, ts: answer['message_ts'], user: workspace.app.botUser });
      overlay.putEphemeral(String(args['user']), message);
    }
    if (method.startsWith('views.')) keepView(method, args, answer['view']);
    if (method.startsWith('chat.') || method.startsWith('reactions.')) overlay.changed();
    return answer;
  }

  function keepView(method: string, args: Record<string, unknown>, answered: unknown): void {
    const view = View.safeParse(answered).data;
    if (!view) return;
    const user = overlay.userOfTrigger(args['trigger_id'] ?? args['interactivity_pointer']);
    if (method === 'views.publish') overlay.publishHome(String(args['user_id']), view);
    else if (method === 'views.update') overlay.updateView(view);
    else if (user !== undefined) overlay.openModal(user, view);
  }

  function withGuest(entry: unknown): unknown {
    const user = UserEntry.safeParse(entry).data;
    const guest = workspace.members.some((member) => member.id === user?.id && member.guest);
    return user ? { ...user, is_restricted: guest, is_ultra_restricted: false } : entry;
  }
}

/** Arguments as JSON or as a form; nested values come as JSON text in a form, and leave here as values. */
function readArguments(contentType: string, body: string): Record<string, unknown> {
  if (contentType.includes('json')) return Form.safeParse(parseJson(body)).data ?? {};
  const entries = [...new URLSearchParams(body)].map(([key, value]) => {
    const nested = ['blocks', 'attachments', 'metadata', 'view', 'profile'].includes(key);
    return [key, nested ? (parseJson(value) ?? value) : value];
  });
  return Object.fromEntries(entries);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const Blocks = z.array(Block);
const AnyView = z.looseObject({
  blocks: Blocks,
  title: z.unknown().optional(),
  submit: z.unknown().optional(),
  private_metadata: z.unknown().optional(),
});

function problemOf(args: Record<string, unknown>): { error: string; hint: string } | undefined {
  if (args['view'] !== undefined) {
    const view = AnyView.safeParse(args['view']);
    const hint = view.success ? checkView(view.data) : 'view is not a view object';
    return hint === undefined ? undefined : { error: 'invalid_arguments', hint };
  }
  const blocks = Blocks.optional().safeParse(args['blocks']);
  const attachments = z.array(Attachment).optional().safeParse(args['attachments']);
  if (!blocks.success || !attachments.success) return { error: 'invalid_blocks', hint: 'blocks are not Block Kit' };
  const hint = checkBlocks(blocksOf({ blocks: blocks.data, attachments: attachments.data }), 'message');
  return hint === undefined ? undefined : { error: 'invalid_blocks', hint };
}
