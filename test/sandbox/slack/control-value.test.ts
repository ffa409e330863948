import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';

import { type Control, Element } from '../../../sandbox/slack/block-kit.ts';
import { controlName, controlValue, stateValues } from '../../../sandbox/slack/control-value.ts';

const text = (value: string) => ({ type: 'plain_text', text: value });
const watch = { text: text('Watch'), value: 'watch' };
const close = { text: text('Close'), value: 'close' };

function control(element: Record<string, unknown>, actionId = 'choice'): Control {
  return { block: { type: 'input' }, blockId: 'next', actionId, element: Element.parse(element) };
}

describe('the state of a control is spelled as Slack spells it', () => {
  const options = [watch, close];
  test.each([
    ['plain_text_input', {}, ['because'], { value: 'because' }],
    ['plain_text_input', {}, [''], { value: null }],
    ['number_input', {}, ['3'], { value: '3' }],
    ['static_select', { options }, ['close'], { selected_option: close }],
    ['static_select', { options }, [''], { selected_option: null }],
    ['static_select', { option_groups: [{ label: text('All'), options }] }, ['watch'], { selected_option: watch }],
    ['radio_buttons', { options }, ['watch'], { selected_option: watch }],
    ['multi_static_select', { options }, ['watch', 'close'], { selected_options: [watch, close] }],
    ['checkboxes', { options }, [], { selected_options: [] }],
    ['users_select', {}, ['U1'], { selected_user: 'U1' }],
    ['multi_users_select', {}, ['U1', 'U2'], { selected_users: ['U1', 'U2'] }],
    ['conversations_select', {}, ['C1'], { selected_conversation: 'C1' }],
    ['datepicker', {}, ['2026-11-21'], { selected_date: '2026-11-21' }],
    ['timepicker', {}, ['18:30'], { selected_time: '18:30' }],
    ['datetimepicker', {}, ['2026-11-21T18:30'], { selected_date_time: 1_795_285_800 }],
    ['datetimepicker', {}, [''], { selected_date_time: null }],
  ])('%s %j holding %j', (type, more, values, expected) => {
    expect(controlValue(control({ type, ...more }), values)).toEqual({ type, ...expected });
  });

  test('a page cannot send an option that the card does not offer', () => {
    const select = control({ type: 'static_select', options: [watch] });
    fc.assert(
      fc.property(fc.string(), (value) => {
        fc.pre(value !== 'watch');
        expect(controlValue(select, [value])).toEqual({ type: 'static_select', selected_option: null });
      }),
    );
  });

  test('a button says what its card says, whatever the page sends', () => {
    const button = control({ type: 'button', text: text('Approve'), value: 'g-1|digest', style: 'primary' });
    expect(controlValue(button, ['g-2|forged'])).toMatchObject({ value: 'g-1|digest' });
  });
});

test('state.values holds every control by block and action, and no buttons', () => {
  const controls = [
    control({ type: 'plain_text_input' }, 'why'),
    control({ type: 'static_select', options: [watch] }),
    control({ type: 'button', text: text('Go') }, 'go'),
  ];
  const form = { [controlName({ blockId: 'next', actionId: 'why' })]: ['it is late'] };
  expect(stateValues(controls, form)).toEqual({
    next: {
      why: { type: 'plain_text_input', value: 'it is late' },
      choice: { type: 'static_select', selected_option: null },
    },
  });
});

test('no two controls share a form name', () => {
  const names = fc.record({ blockId: fc.string(), actionId: fc.string() });
  fc.assert(
    fc.property(names, names, (one, other) => {
      const same = one.blockId === other.blockId && one.actionId === other.actionId;
      expect(controlName(one) === controlName(other)).toBe(same);
    }),
  );
});
