import { describe, expect, test } from '@jest/globals';

import { Block } from '../../../sandbox/slack/block-kit.ts';
import { checkBlocks, checkView } from '../../../sandbox/slack/check-blocks.ts';
import { approvalCard } from './stub-belay.ts';

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const section = (length: number) => ({ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(length) } });
const button = (more: object) => ({ type: 'button', action_id: 'go', text: plain(2), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const parse = (...blocks: unknown[]) => blocks.map((block) => Block.parse(block));
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

describe('a card that Slack takes is taken', () => {
  test.each([
    ['an approval card', approvalCard()],
    ['fifty blocks', times(50, section(1))],
    ['a section of 3,000 characters', [section(3000)]],
    ['a header of 150', [{ type: 'header', text: plain(150) }]],
    ['25 buttons', [actions(...Array.from({ length: 25 }, (_, index) => button({ action_id: `go-${index}` })))]],
    ['no blocks', []],
  ])('%s', (_name, blocks) => {
    expect(checkBlocks(parse(...blocks), 'message')).toBeUndefined();
  });
});

describe('a card that Slack refuses is refused here too, naming the block', () => {
  const fields = times(11, { type: 'mrkdwn', text: 'x' });
  const confirm = { title: plain(5), text: plain(301), confirm: plain(2), deny: plain(2) };
  test.each([
    ['51 blocks', times(51, section(1)), /50 items.*\/blocks\]/],
    ['a section one character too long', [section(1), section(3001)], /3000.*blocks\/1\]/],
    ['an empty section', [{ type: 'section' }], /text or fields/],
    ['an empty text', [section(0)], /1 to 3000/],
    ['11 fields', [{ type: 'section', fields }], /10 fields/],
    ['a header too long', [{ type: 'header', text: plain(151) }], /header/],
    ['an actions block without actions', [actions()], /1 to 25/],
    ['a button text of 76', [actions(button({ text: plain(76) }))], /button text/],
    ['a button value of 2,001', [actions(button({ value: 'x'.repeat(2001) }))], /button value/],
    ['a confirmation too long', [actions(button({ confirm }))], /confirm text/],
    ['one action_id twice in a block', [actions(button({}), button({}))], /unique/],
    ['one block_id twice', times(2, { ...section(1), block_id: 'b' }), /"b" already exists.*blocks\/1\]/],
    ['a context of 11', [{ type: 'context', elements: times(11, { type: 'mrkdwn', text: 'x' }) }], /1 to 10/],
  ])('%s', (_name, blocks, hint) => {
    expect(checkBlocks(parse(...blocks), 'message')).toMatch(hint);
  });
});

describe('a modal', () => {
  const input = { type: 'input', label: plain(3), element: { type: 'plain_text_input', action_id: 'a' } };
  test.each([
    ['with a title of 24', { title: plain(24), submit: plain(2), blocks: parse(input) }, undefined],
    ['with a title of 25', { title: plain(25), blocks: [] }, /25 characters.*title/],
    ['with inputs and nothing to submit them', { title: plain(3), blocks: parse(input) }, /submit/],
    [
      'with metadata over 3,000',
      { title: plain(3), private_metadata: 'x'.repeat(3001), blocks: [] },
      /private_metadata/,
    ],
    ['with 100 blocks', { title: plain(3), blocks: parse(...times(100, section(1))) }, undefined],
    ['with 101 blocks', { title: plain(3), blocks: parse(...times(101, section(1))) }, /100 items/],
  ])('%s', (_name, view, hint) => {
    const found = checkView(view);
    if (hint) expect(found).toMatch(hint);
    else expect(found).toBeUndefined();
  });
});
