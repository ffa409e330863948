import { createElement as h, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

import type { Message, View } from '../block-kit.ts';
import type { Delivery } from '../deliver.ts';
import type { Member, Workspace } from '../workspace.ts';
import { renderMessage } from './render-message.ts';
import { renderHome, renderModal } from './render-view.ts';

/** Everything that one person sees at one moment. */
export interface PageState {
  readonly workspace: Workspace;
  readonly member: Member;
  readonly tab: 'channel' | 'home';
  readonly messages: readonly Message[];
  readonly ephemerals: readonly Message[];
  readonly thread?: { readonly ts: string; readonly messages: readonly Message[] };
  readonly modals: readonly View[];
  readonly home: View | undefined;
  readonly deliveries: readonly Delivery[];
}

/** The page as HTML. Its regions with `data-live` are compared with the next rendering by the page's script. */
export function renderPage(state: PageState): string {
  const { workspace, member, tab } = state;
  const page = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      null,
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('title', null, `#${workspace.channel.name} · Belay sandbox`),
      h('link', { rel: 'icon', href: 'data:,' }),
      h('link', { rel: 'stylesheet', href: '/assets/blocks.css' }),
      h('link', { rel: 'stylesheet', href: '/assets/page.css' }),
      h('script', { src: '/assets/client.js', type: 'module' }),
    ),
    h(
      'body',
      { id: 'slack_blocks_to_jsx', 'data-as': member.name, 'data-thread': state.thread?.ts, 'data-tab': tab },
      sidebar(state),
      tab === 'home' ? homeTab(state) : channelTab(state),
      state.thread && tab === 'channel' ? threadPanel(state, state.thread) : null,
      h('div', { id: 'modals', 'data-live': true }, ...state.modals.map((view) => renderModal(view, workspace))),
      h('div', { id: 'toast', role: 'status', 'aria-live': 'polite', hidden: true }),
    ),
  );
  return `<!doctype html>${renderToStaticMarkup(page)}`;
}

const address = (member: Member, extra: Record<string, string> = {}): string =>
  `/?${new URLSearchParams({ as: member.name, ...extra }).toString()}`;

function sidebar({ workspace, member, tab, deliveries }: PageState): ReactNode {
  const current = (here: boolean) => (here ? { 'aria-current': 'page' as const } : {});
  return h(
    'nav',
    { className: 'sidebar', 'aria-label': 'Workspace' },
    h(
      'div',
      { className: 'workspace' },
      h('b', null, workspace.team.name),
      h('small', null, 'a small stand-in for Slack'),
    ),
    h('a', { href: address(member), ...current(tab === 'channel') }, `# ${workspace.channel.name}`),
    h('a', { href: address(member, { tab: 'home' }), ...current(tab === 'home') }, 'Belay · Home'),
    h(
      'details',
      { className: 'who' },
      h('summary', null, h('span', null, 'you are '), h('b', null, member.name), ' ▾'),
      h('div', null, ...workspace.members.map((each) => personLink(each, each.name === member.name))),
    ),
    h(
      'details',
      { className: 'deliveries', id: 'deliveries' },
      h('summary', null, 'Sent to Belay'),
      h('ol', { id: 'delivery-list', 'data-live': true }, ...deliveries.map(renderDelivery)),
    ),
  );
}

function personLink(person: Member, here: boolean): ReactNode {
  const names = [
    h('b', { key: 'name' }, person.name),
    h('small', { key: 'title' }, `${person.realName}, ${person.title}`),
  ];
  return h('a', { key: person.id, href: address(person), 'aria-current': here ? 'true' : undefined }, names);
}

function renderDelivery({ kind, at, ok, ms, said }: Delivery): ReactNode {
  const key = `${at}-${kind}-${ms}`;
  const text = `${kind}: ${said}, ${ms} ms`;
  return h('li', { key, 'data-key': key, 'data-hash': ok ? 'ok' : 'failed', className: ok ? 'ok' : 'failed' }, text);
}

function channelTab({ workspace, member, messages, ephemerals }: PageState): ReactNode {
  const { channel } = workspace;
  const threadUrl = (ts: string) => address(member, { thread: ts });
  const all = [
    ...messages.map((message) => ({ message, ephemeral: false })),
    ...ephemerals.filter((message) => message.thread_ts === undefined).map((message) => ({ message, ephemeral: true })),
  ].sort((a, b) => Number(a.message.ts) - Number(b.message.ts));
  const items = all.map(({ message, ephemeral }) => renderMessage(message, { workspace, ephemeral, threadUrl }));
  return h(
    'main',
    { className: 'channel' },
    h('header', null, h('h1', null, `# ${channel.name}`), h('p', null, 'Where alerts land and people decide')),
    h(
      'div',
      { className: 'scroll', 'data-scroll': true },
      h('p', { className: 'empty' }, `This is the start of #${channel.name}. Belay's cards appear here.`),
      h('ol', { id: 'messages', 'data-live': true, 'aria-label': 'Messages' }, ...items),
    ),
    composer(`Message #${channel.name}, or /belay help`),
  );
}

function threadPanel(
  { workspace, member, ephemerals }: PageState,
  thread: { ts: string; messages: readonly Message[] },
): ReactNode {
  const own = ephemerals.filter((message) => message.thread_ts === thread.ts);
  const items = [
    ...thread.messages.map((message) => renderMessage(message, { workspace })),
    ...own.map((message) => renderMessage(message, { workspace, ephemeral: true })),
  ];
  return h(
    'aside',
    { className: 'thread', 'aria-label': 'Thread' },
    h(
      'header',
      null,
      h('h2', null, 'Thread'),
      h('a', { className: 'close', href: address(member), 'aria-label': 'Close' }, '✕'),
    ),
    h('div', { className: 'scroll' }, h('ol', { id: 'thread-messages', 'data-live': true }, ...items)),
    composer('Reply…', thread.ts),
  );
}

const homeTab = ({ workspace, home }: PageState): ReactNode =>
  h(
    'main',
    { className: 'channel' },
    h('header', null, h('h1', null, 'Belay'), h('p', null, 'Home')),
    h('div', { className: 'scroll', id: 'home', 'data-live': true }, renderHome(home, workspace)),
  );

const composer = (placeholder: string, thread?: string): ReactNode =>
  h(
    'form',
    { className: 'composer', 'data-compose': true, 'data-thread': thread },
    h('input', {
      name: 'text',
      'aria-label': placeholder,
      placeholder,
      autoComplete: 'off',
      maxLength: 4000,
      required: true,
    }),
    h('button', { type: 'submit', className: 'button primary' }, 'Send'),
  );
