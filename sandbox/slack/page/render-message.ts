import { createHash } from 'node:crypto';

import { createElement as h, type ReactNode } from 'react';

import { type Attachment, type Block, type Message, withBlockIds } from '../block-kit.ts';
import type { Member, Workspace } from '../workspace.ts';
import { renderBlocks } from './render-blocks.ts';

/** How a message stands on the page. */
export interface MessageContext {
  readonly workspace: Workspace;
  /** Only the person looking sees it. */
  readonly ephemeral?: boolean;
  /** The address of a message's thread; undefined inside the thread itself. */
  readonly threadUrl?: (ts: string) => string;
}

/** A message as a list item. `data-hash` changes when it must be drawn again, so the page redraws nothing else. */
export function renderMessage(
  message: Message,
  { workspace, ephemeral = false, threadUrl }: MessageContext,
): ReactNode {
  const author = authorOf(message, workspace);
  const hash = createHash('sha256').update(JSON.stringify(message)).digest('base64url').slice(0, 16);
  const key = `${ephemeral ? 'e' : 'm'}${message.ts}`;
  const replies = message.reply_count ?? 0;
  const at = new Date(Number(message.ts) * 1000);
  return h(
    'li',
    { key, 'data-key': key, 'data-hash': hash, className: ephemeral ? 'message ephemeral' : 'message' },
    h('div', { className: `avatar ${author.look}`, 'aria-hidden': true }, author.name.charAt(0).toUpperCase()),
    h(
      'form',
      { className: 'content', 'data-kind': ephemeral ? 'ephemeral' : 'message', 'data-id': message.ts },
      h(
        'div',
        { className: 'byline' },
        h('b', null, author.name),
        author.look === 'app' ? h('span', { className: 'badge' }, 'APP') : null,
        h('time', { dateTime: at.toISOString(), title: at.toISOString() }, `${at.toISOString().slice(11, 16)} UTC`),
      ),
      ephemeral ? h('p', { className: 'only-you' }, 'Only visible to you') : null,
      ...renderBlocks(withBlockIds(message.blocks ?? textBlocks(message)), workspace),
      ...(message.attachments ?? []).map((attachment, index) => renderAttachment(attachment, index, workspace)),
      message.edited && !message.blocks?.length ? h('small', { className: 'edited' }, '(edited)') : null,
      threadUrl && replies > 0
        ? h(
            'a',
            { className: 'replies', href: threadUrl(message.ts) },
            `${replies} ${replies === 1 ? 'reply' : 'replies'}`,
          )
        : null,
      h(
        'div',
        { className: 'tools' },
        threadUrl && !ephemeral && replies === 0 ? h('a', { href: threadUrl(message.ts) }, 'Reply in thread') : null,
        ephemeral ? h('button', { type: 'button', 'data-act': 'dismiss' }, 'Dismiss message') : null,
      ),
    ),
  );
}

/** Text shows by itself only where there are no blocks and no attachments to carry it, as on Slack. */
function textBlocks(message: Message): Block[] {
  return message.text === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: message.text } }];
}

function renderAttachment(attachment: Attachment, index: number, workspace: Workspace): ReactNode {
  const texts = [
    attachment.title && `*${attachment.title}*`,
    attachment.text ?? (attachment.blocks ? '' : attachment.fallback),
  ];
  const text = texts.filter(Boolean).join('\n');
  const own = text === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text } }];
  const blocks = [...own, ...withBlockIds(attachment.blocks ?? [], `a${index}b`)];
  // An SVG attribute, because the content policy refuses inline styles.
  const bar = h(
    'svg',
    { className: 'bar', 'aria-hidden': true },
    h('rect', { width: 4, height: '100%', rx: 2, fill: colorOf(attachment) }),
  );
  return h(
    'div',
    { key: `attachment-${index}`, className: 'attachment' },
    bar,
    h('div', null, ...renderBlocks(blocks, workspace)),
  );
}

function colorOf({ color }: Attachment): string {
  const named = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' }[color ?? ''];
  if (named) return named;
  return /^#?[0-9a-f]{3,6}$/i.test(color ?? '') ? `#${color?.replace('#', '')}` : '#9a9da1';
}

function authorOf(message: Message, workspace: Workspace): { name: string; look: string } {
  if (message.user === workspace.app.botUser) return { name: 'Belay', look: 'app' };
  const at = workspace.members.findIndex((member) => member.id === message.user);
  const member: Member | undefined = workspace.members[at];
  return { name: member?.realName ?? message.user ?? 'someone', look: `person-${at + 1}` };
}
