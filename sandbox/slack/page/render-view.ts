import { createElement as h, type ReactNode } from 'react';

import { type View, withBlockIds } from '../block-kit.ts';
import type { Workspace } from '../workspace.ts';
import { plainText } from './plain-text.ts';
import { renderBlocks } from './render-blocks.ts';

/** A modal, as the browser's own dialog; the page's script opens it. */
export function renderModal(view: View, workspace: Workspace): ReactNode {
  return h(
    'dialog',
    {
      key: view.id,
      className: 'modal',
      'data-key': view.id,
      'data-hash': view.hash,
      'aria-labelledby': `title-${view.id}`,
    },
    h(
      'form',
      { 'data-kind': 'view', 'data-id': view.id, 'data-submit': true },
      h(
        'header',
        null,
        h('h2', { id: `title-${view.id}` }, plainText(view.title)),
        h('button', { type: 'button', className: 'close', 'data-act': 'close', 'aria-label': 'Close' }, '✕'),
      ),
      h('div', { className: 'modal-body' }, ...renderBlocks(withBlockIds(view.blocks), workspace)),
      h(
        'footer',
        null,
        h('p', { className: 'failure', role: 'alert', hidden: true }),
        h('button', { type: 'button', className: 'button', 'data-act': 'close' }, plainText(view.close) || 'Close'),
        view.submit ? h('button', { type: 'submit', className: 'button primary' }, plainText(view.submit)) : null,
      ),
    ),
  );
}

/** The app's Home tab of one person. */
export function renderHome(view: View | undefined, workspace: Workspace): ReactNode {
  if (!view) return h('p', { className: 'empty' }, 'Belay has not published a Home tab for this person yet.');
  const form = { className: 'content', 'data-kind': 'view', 'data-id': view.id };
  return h(
    'section',
    { 'data-key': view.id, 'data-hash': view.hash, className: 'home' },
    h('form', form, ...renderBlocks(withBlockIds(view.blocks), workspace)),
  );
}
