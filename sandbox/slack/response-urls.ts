import { randomBytes } from 'node:crypto';

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import { Attachment, Block, type Message } from './block-kit.ts';
import type { EmulatedSlack } from './emulated-slack.ts';
import type { Overlay } from './overlay.ts';
import type { Member } from './workspace.ts';

/** As on Slack: five answers within thirty minutes. */
const USES = 5;
const LIFETIME = 30 * 60_000;

/** What an app may say to a `response_url`, or in the answer to a slash command. */
export const Reply = z.looseObject({
  text: z.string().optional(),
  blocks: z.array(Block).optional(),
  attachments: z.array(Attachment).optional(),
  response_type: z.string().optional(),
  replace_original: z.union([z.boolean(), z.string()]).optional(),
  delete_original: z.union([z.boolean(), z.string()]).optional(),
  thread_ts: z.string().optional(),
});
export type Reply = z.infer<typeof Reply>;

/** The message that an interaction came from, which a reply may replace. */
export interface Original {
  readonly kind: 'message' | 'ephemeral';
  readonly message: Message;
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** Hands out response urls and does what is posted to them. */
export class ResponseUrls {
  readonly #open = new Map<string, { member: Member; original: Original | undefined; uses: number; expires: number }>();
  readonly #slack: EmulatedSlack;
  readonly #overlay: Overlay;
  readonly #base: () => string;

  constructor(slack: EmulatedSlack, overlay: Overlay, base: () => string) {
    this.#slack = slack;
    this.#overlay = overlay;
    this.#base = base;
  }

  /** A fresh url through which the app may answer this person. */
  make(member: Member, original?: Original): string {
    const id = randomBytes(18).toString('base64url');
    this.#open.set(id, { member, original, uses: 0, expires: Date.now() + LIFETIME });
    return `${this.#base()}/respond/${id}`;
  }

  /** Does what a reply asks for: says it to the person or in the channel, or replaces or deletes what it answers. */
  async say(member: Member, reply: Reply, original?: Original): Promise<void> {
    const { channel } = this.#slack.workspace;
    const { text = '', blocks, attachments, thread_ts } = reply;
    const content = { text, ...(blocks && { blocks }), ...(attachments && { attachments }) };
    const target = { channel: channel.id, ts: original?.message.ts };
    if (original && isTrue(reply.delete_original)) {
      if (original.kind === 'ephemeral') this.#overlay.dropEphemeral(member.id, original.message.ts);
      else await this.#slack.call('chat.delete', target);
    } else if (original && isTrue(reply.replace_original)) {
      const replaced = { ...original.message, ...content, blocks, attachments };
      if (original.kind === 'ephemeral') this.#overlay.putEphemeral(member.id, replaced);
      else await this.#slack.call('chat.update', { ...target, ...content });
    } else if (reply.response_type === 'in_channel') {
      await this.#slack.call('chat.postMessage', { channel: channel.id, ...content, ...(thread_ts && { thread_ts }) });
    } else {
      const own = {
        ...content,
        ts: this.#overlay.timestamp(),
        user: this.#slack.workspace.app.botUser,
        edited: undefined,
      };
      this.#overlay.putEphemeral(member.id, thread_ts === undefined ? own : { ...own, thread_ts });
    }
    this.#overlay.changed();
  }

  /** `POST /respond/<id>`. */
  routes(app: FastifyInstance): void {
    app.post<{ Params: { id: string } }>('/respond/:id', async (request, reply) => {
      const known = this.#open.get(request.params.id);
      if (!known) return reply.code(404).type('text/plain').send('no_such_response_url');
      const over = known.uses >= USES || Date.now() >= known.expires;
      if (over) return reply.code(404).send({ ok: false, error: known.uses >= USES ? 'used_url' : 'expired_url' });
      const said = Reply.safeParse(request.body);
      if (!said.success) return reply.code(400).type('text/plain').send('invalid_payload');
      known.uses += 1;
      await this.say(known.member, said.data, known.original);
      return reply.type('text/plain').send('ok');
    });
  }
}
