import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createElement as h } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

import { Block, withBlockIds } from '../../../../sandbox/slack/block-kit.ts';
import { renderBlocks } from '../../../../sandbox/slack/page/render-blocks.ts';
import { approvalCard } from '../stub-belay.ts';

const workspace = {
  team: { id: 'T1', name: 'sandbox', domain: 'sandbox' },
  channel: { id: 'C1', name: 'ops' },
  app: { id: 'A1', botId: 'B1', botUser: 'U0BELAYBOT', botToken: 'xoxb-1' },
  members: [{ id: 'U1', name: 'ada', realName: 'Ada', title: 'on-call', guest: false, token: 'xoxp-1' }],
};

const draw = (...blocks: unknown[]): string =>
  renderToStaticMarkup(
    h('div', null, ...renderBlocks(withBlockIds(blocks.map((block) => Block.parse(block))), workspace)),
  );

const plain = (text: string) => ({ type: 'plain_text', text });
const input = (element: object, more: object = {}) => ({
  type: 'input',
  block_id: 'why',
  label: plain('Why?'),
  element: { action_id: 'text', ...element },
  ...more,
});

describe('a card on the page', () => {
  test('shows what will happen, to what, the diff and the buttons', () => {
    const html = draw(...approvalCard());
    for (const shown of [
      'undo a rollout',
      'revision 7',
      'Blast radius',
      'image: registry.example/shop/checkout:1.7.4',
    ]) {
      expect(html).toContain(shown);
    }
    expect(html).toMatch(
      /<button type="button" class="button primary" data-act="use" data-block="decide:g-4f7k2m"[^>]*>Approve/,
    );
    expect(html).toContain('@belay');
    expect(html).toMatch(/<dialog class="confirm"[^>]*><h2>Undo this rollout\?/);
  });

  test('has nothing that the content policy refuses, and no id twice', () => {
    const preformatted = { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'diff' }] };
    const html = draw(...approvalCard(), ...approvalCard(), { type: 'rich_text', elements: [preformatted] });
    expect(html).not.toMatch(/<[^>]* style=|<script|<style|<[^>]* on\w+=/);
    expect(html).not.toMatch(/<[^>]* id="/);
  });

  test('puts no text of others into the page as markup', () => {
    const hostile = '<img src=x onerror=alert(1)>"\'><script>alert(1)</script>';
    const html = draw(
      { type: 'section', text: { type: 'mrkdwn', text: hostile } },
      { type: 'section', text: { type: 'mrkdwn', text: `\`\`\`${hostile}\`\`\`` } },
      { type: 'header', text: plain(hostile) },
      { type: 'actions', elements: [{ type: 'button', action_id: hostile, text: plain(hostile), value: hostile }] },
      input({ type: 'plain_text_input', initial_value: hostile, placeholder: plain(hostile) }),
    );
    expect(html).not.toMatch(/<img|<script/);
  });

  test('never breaks the page, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        expect(draw({ type: 'section', text: { type: 'mrkdwn', text } })).not.toMatch(/<script|<[^>]* style=/);
      }),
      { numRuns: 50 },
    );
  });

  test('says so where a block is unknown or broken, and shows the others', () => {
    const html = draw({ type: 'section', fields: 7 }, { type: 'header', text: plain('still here') });
    expect(html).toContain('cannot be shown here');
    expect(html).toContain('still here');
  });
});

describe('controls', () => {
  test.each([
    [
      { type: 'plain_text_input', multiline: true, max_length: 500 },
      /<textarea[^>]* required=""[^>]* maxLength="500"/i,
    ],
    [{ type: 'number_input', is_decimal_allowed: false, min_value: '1' }, /<input[^>]* type="number"/],
    [{ type: 'static_select', options: [{ text: plain('A'), value: 'a' }] }, /<select[^>]*>.*<option value="a">A/],
    [{ type: 'multi_static_select', options: [{ text: plain('A'), value: 'a' }] }, /<select[^>]* multiple=""/],
    [{ type: 'users_select' }, /<option value="U1">Ada/],
    [{ type: 'radio_buttons', options: [{ text: plain('A'), value: 'a' }] }, /<input[^>]* type="radio"[^>]* value="a"/],
    [{ type: 'checkboxes', options: [{ text: plain('A'), value: 'a' }] }, /<input[^>]* type="checkbox"[^>]* value="a"/],
    [{ type: 'datepicker', initial_date: '2026-11-21' }, /<input[^>]* type="date"[^>]* value="2026-11-21"/],
    [{ type: 'file_input' }, /cannot be used in the sandbox/],
  ])("%j is the browser's own", (element, expected) => {
    expect(draw(input(element))).toMatch(expected);
  });

  test('an optional input is not required and says so', () => {
    const html = draw(input({ type: 'plain_text_input' }, { optional: true }));
    expect(html).toContain('(optional)');
    expect(html).not.toContain('required');
  });
});
