import { expect, test } from '@jest/globals';
import { digestOf } from '../../src/domain/digest.ts';
import { GateState, isUndecided, optionDigest } from '../../src/domain/gate.ts';

test('only an open and a frozen gate still wait for people', () => {
  expect(GateState.options.filter(isUndecided)).toEqual(['open', 'frozen']);
});

const option = {
  id: 'rollback',
  manual: null,
  actions: [
    { digest: digestOf('one'), undo: 'Roll forward' },
    { digest: digestOf('two'), undo: null },
  ],
};

test.each<[string, Parameters<typeof optionDigest>[0]]>([
  ['its id', { ...option, id: 'rollback2' }],
  ['what a person must do by hand', { ...option, manual: 'kubectl rollout undo' }],
  [
    'what an action is',
    { ...option, actions: option.actions.with(0, { digest: digestOf('x'), undo: 'Roll forward' }) },
  ],
  [
    'how an action is taken back',
    { ...option, actions: option.actions.with(1, { digest: digestOf('two'), undo: 'x' }) },
  ],
  ['the order of its actions', { ...option, actions: option.actions.toReversed() }],
  ['how many there are', { ...option, actions: option.actions.slice(1) }],
])('an option is another one when this changes: %s', (_, changed) => {
  expect(optionDigest(changed)).not.toBe(optionDigest(option));
});
