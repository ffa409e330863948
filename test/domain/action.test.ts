import { describe, expect, test } from '@jest/globals';
import { actionDigest, type CanonicalAction, type Preview } from '../../src/domain/action.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { optionDigest } from '../../src/domain/gate.ts';

const action: CanonicalAction = {
  tool: 'kubernetes.rollout_undo',
  toolSchemaHash: digestOf('schema'),
  args: { namespace: 'shop', name: 'checkout', revision: 3 },
  target: {
    system: 'kubernetes',
    connection: 'default',
    key: 'kubernetes:u1/shop/deployments/checkout',
    name: 'deployment checkout in shop',
    tags: { team: 'shop' },
  },
  precondition: { revision: 4 },
};

const preview: Preview = {
  ...action,
  sentence: 'Roll back deployment checkout in shop to revision 3',
  diff: '-a\n+b',
  blastRadius: { count: 3, unit: 'pods' },
  preState: { revision: 4 },
  undo: 'Roll forward to revision 4',
  owner: null,
  command: 'kubectl rollout undo deployment/checkout',
  risk: 'write',
  reversible: 'yes',
  safeToRepeat: 'compare-and-set',
};

describe('what an action is', () => {
  // One change per digested field; the list is complete, since a field more in CanonicalAction fails the type below.
  const changes: Record<keyof CanonicalAction, CanonicalAction[]> = {
    tool: [{ ...action, tool: 'kubernetes.scale' }],
    toolSchemaHash: [{ ...action, toolSchemaHash: digestOf('another schema') }],
    args: [
      { ...action, args: { ...action.args, revision: 2 } },
      { ...action, args: { ...action.args, revision: '3' } },
      { ...action, args: { ...action.args, force: false } },
      { ...action, args: {} },
    ],
    target: [
      { ...action, target: { ...action.target, system: 'aws' } },
      { ...action, target: { ...action.target, connection: 'other' } },
      { ...action, target: { ...action.target, key: `${action.target.key}2` } },
      { ...action, target: { ...action.target, name: 'deployment checkout in test' } },
      { ...action, target: { ...action.target, tags: {} } },
    ],
    precondition: [
      { ...action, precondition: { revision: 5 } },
      { ...action, precondition: {} },
    ],
  };

  test.each(
    Object.entries(changes).flatMap(([field, list]) => list.map((changed, at) => [field, at, changed] as const)),
  )('is another one when %s changes (%i)', (_, __, changed) => {
    expect(actionDigest(changed)).not.toBe(actionDigest(action));
  });

  test('every change is told from every other', () => {
    const digests = [action, ...Object.values(changes).flat()].map(actionDigest);
    expect(new Set(digests).size).toBe(digests.length);
  });

  test.each(
    Object.entries({
      sentence: 'Make tea',
      diff: '',
      blastRadius: { count: 0, unit: 'pods' },
      preState: null,
      undo: null,
      owner: { kind: 'argocd' as const, name: 'shop', paused: false },
      command: null,
      risk: 'destructive' as const,
      reversible: 'no' as const,
      safeToRepeat: 'no' as const,
    } satisfies Omit<Preview, keyof CanonicalAction>),
  )('%s is how it is shown, not what it is', (field, value) => {
    expect(actionDigest({ ...preview, [field]: value })).toBe(actionDigest(action));
  });

  test('the order in which fields or arguments were written is nothing', () => {
    const { tool, toolSchemaHash, target, precondition } = action;
    const args = { revision: 3, name: 'checkout', namespace: 'shop' };
    expect(actionDigest({ precondition, target, args, toolSchemaHash, tool })).toBe(actionDigest(action));
  });
});

describe('what an option is', () => {
  const one = { digest: digestOf(1), undo: 'take it back' };
  const two = { digest: digestOf(2), undo: null };
  const option = { id: 'rollback', manual: null, actions: [one, two] };

  test.each([
    ['its id', { ...option, id: 'restart' }],
    ['what a person does by hand', { ...option, manual: 'git revert' }],
    ['the order of its actions', { ...option, actions: [two, one] }],
    ['an action less', { ...option, actions: [one] }],
    ['an action twice', { ...option, actions: [one, two, two] }],
    ['an action in another place', { ...option, actions: [one, { ...two, digest: digestOf(3) }] }],
    ['how an action is undone', { ...option, actions: [{ ...one, undo: null }, two] }],
  ])('is another one with %s', (_, changed) => {
    expect(optionDigest(changed)).not.toBe(optionDigest(option));
  });

  test('is the same whatever else its actions carry', () => {
    const dressed = option.actions.map((entry, at) => ({ ...entry, id: `r-aaaaaaaa/${at}`, sentence: 'x' }));
    expect(optionDigest({ ...option, actions: dressed })).toBe(optionDigest(option));
  });
});
