import { createElement as h, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { type Block as LibraryBlock, Message as LibraryMessage } from 'slack-blocks-to-jsx';
import { z } from 'zod';

import { type Block, controlsOf } from '../block-kit.ts';
import type { Workspace } from '../workspace.ts';
import { plainText } from './plain-text.ts';
import { renderControl } from './render-control.ts';

const LibraryBlocks = z.array(z.custom<LibraryBlock>((value) => typeof value === 'object' && value !== null));

/**
 * Blocks as React nodes. What only shows is drawn by the Block Kit library; what acts is drawn here with the browser's
 * own controls, so that it works without a client-side framework, on a phone and with a keyboard.
 */
export function renderBlocks(blocks: readonly Block[], workspace: Workspace): ReactNode[] {
  return blocks.map((block, index) =>
    h('div', { key: block.block_id ?? index, className: 'block' }, one(block, workspace)),
  );
}

function one(block: Block, workspace: Workspace): ReactNode {
  const [control] = controlsOf(block);
  if (block.type === 'actions') {
    const controls = controlsOf(block).map((each) =>
      h('div', { key: each.actionId }, renderControl(each, workspace, 'act')),
    );
    return h('div', { className: 'actions' }, ...controls);
  }
  if (block.type === 'input' && control) {
    const mode = block.dispatch_action ? 'act' : 'hold';
    return h(
      'div',
      { className: 'field' },
      h(
        'div',
        { className: 'label', id: `label-${block.block_id}` },
        plainText(block.label),
        block.optional ? optional : null,
      ),
      renderControl(control, workspace, mode),
      block.hint ? h('p', { className: 'hint' }, plainText(block.hint)) : null,
      h('p', { className: 'error', role: 'alert', 'data-error-for': block.block_id, hidden: true }),
    );
  }
  const { accessory, ...shown } = block;
  const body = byLibrary(shown, workspace);
  if (!control) return byLibrary(accessory === undefined ? shown : block, workspace);
  return h('div', { className: 'with-accessory' }, body, h('div', null, renderControl(control, workspace, 'act')));
}

const optional = h('span', { className: 'optional' }, ' (optional)');

function byLibrary(block: Record<string, unknown>, workspace: Workspace): ReactNode {
  const { block_id: _unused, ...rest } = block;
  const data = {
    users: [...workspace.members, { id: workspace.app.botUser, name: 'belay' }].map(({ id, name }) => ({ id, name })),
    channels: [{ ...workspace.channel }],
  };
  const link = (input: { href: string; children: ReactNode; className: string }) =>
    h('a', { href: input.href, className: input.className, target: '_blank', rel: 'noreferrer' }, input.children);
  const props = {
    blocks: LibraryBlocks.parse([formatted(rest)]),
    name: '',
    logo: '',
    withoutWrapper: true,
    data,
    hooks: { link },
  };
  try {
    const html = renderToStaticMarkup(h(LibraryMessage, props));
    return h('div', {
      className: 'slack_blocks_to_jsx styles_enabled',
      dangerouslySetInnerHTML: { __html: lint(html) },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return h('p', { className: 'error' }, `A ${String(rest['type'])} block that cannot be shown here: ${why}`);
  }
}

/**
 * Slack formats `verbatim` mrkdwn as it does any other and only leaves bare addresses and names alone; the library shows
 * its asterisks and fences as they are.
 */
const formatted = (block: Record<string, unknown>): unknown =>
  JSON.parse(JSON.stringify(block, (key, value: unknown) => (key === 'verbatim' ? undefined : value)));

/**
 * Takes out what the library writes for a page of one message: ids (they would repeat) and inline styles (the content
 * policy refuses them). A quote inside a text or attribute is written `&quot;`, so these match attributes only.
 */
const lint = (html: string): string =>
  html
    .replaceAll(/ (?:style|id|data-theme)="[^"]*"/g, '')
    // Slack drops the line ends right inside a fence; the library keeps them as empty lines.
    .replaceAll(/(<code class="slack_code [^>]*>)\n+|\n+(?=<\/code>)/g, '$1');
