import { expect } from '@jest/globals';
import type { types } from '@slack/bolt';
import { LIMITS, type SlackMessage } from '../../src/slack/blocks.ts';
import { parseMenuValue } from '../../src/slack/button-value.ts';

/** Button values go back to us as they are and are never shown. */
export const withoutValues = (block: types.KnownBlock): unknown =>
  block.type === 'actions' ? { ...block, elements: block.elements.map((one) => ({ ...one, value: '' })) } : block;

/** Slack refuses a message that is beyond any of these. */
export function expectWithinLimits({ text, blocks }: SlackMessage): void {
  expect(text.length).toBeLessThanOrEqual(3_000);
  expect(blocks.length).toBeLessThanOrEqual(LIMITS.blocks);
  for (const block of blocks) {
    if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(LIMITS.header);
    if (block.type === 'section') {
      if (block.text !== undefined) expectLength(block.text.text, LIMITS.section);
      for (const field of block.fields ?? []) expectLength(field.text, LIMITS.field);
    }
    if (block.type === 'context') {
      expect(block.elements.length).toBeLessThanOrEqual(10);
      for (const one of block.elements) if ('text' in one) expectLength(one.text, LIMITS.section);
    }
    if (block.type === 'actions') {
      for (const one of block.elements) {
        if (one.type === 'overflow') {
          expect(one.options.length).toBeLessThanOrEqual(5);
          for (const {
            text: { text: name },
            value,
          } of one.options) {
            expectLength(name, LIMITS.button);
            expectLength(value ?? '', 150);
            expect(parseMenuValue(value)).toBeDefined();
          }
          continue;
        }
        if (one.type !== 'button') throw new Error(`unexpected ${one.type}`);
        expectLength(one.text.text, LIMITS.button);
        expectLength(one.value ?? 'x', LIMITS.value);
        if (one.confirm?.text !== undefined) expectLength(one.confirm.text.text, 300);
      }
    }
  }
}

function expectLength(text: string, most: number): void {
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(most);
}
