import { describe, expect, test } from '@jest/globals';
import { applyTypedPatch } from '../../../sandbox/cluster/patch.ts';
import { StatusError } from '../../../sandbox/cluster/status-error.ts';

const OBJECT = {
  metadata: { annotations: { a: '1', b: '2' } },
  spec: {
    containers: [
      { name: 'app', image: 'app:1', env: [{ name: 'X', value: '1' }] },
      { name: 'sidecar', image: 'side:1' },
    ],
    tags: ['one', 'two'],
  },
};

const types = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

describe('a merge patch', () => {
  test('merges objects, removes by null, and replaces lists whole', () => {
    const patched = applyTypedPatch(OBJECT, types.merge, {
      metadata: { annotations: { a: null, c: '3' } },
      spec: { containers: [{ name: 'app', image: 'app:2' }] },
    });
    expect(patched.metadata.annotations).toEqual({ b: '2', c: '3' });
    expect(patched.spec).toEqual({ containers: [{ name: 'app', image: 'app:2' }], tags: ['one', 'two'] });
  });
});

describe('a strategic merge patch', () => {
  test('merges containers and their environment by name', () => {
    const env = [{ name: 'Y', value: '2' }];
    const patched = applyTypedPatch(OBJECT, types.strategic, {
      spec: { containers: [{ name: 'app', image: 'app:2', env }] },
    });
    expect(patched.spec.containers).toEqual([
      { name: 'app', image: 'app:2', env: [...(OBJECT.spec.containers[0]?.env ?? []), ...env] },
      { name: 'sidecar', image: 'side:1' },
    ]);
  });

  test('follows $patch: delete and replace, and ignores hints about order', () => {
    const patched = applyTypedPatch(OBJECT, types.strategic, {
      spec: {
        '$setElementOrder/containers': [{ name: 'app' }],
        containers: [{ name: 'sidecar', $patch: 'delete' }],
        tags: ['three'],
      },
    });
    expect(patched.spec).toEqual({ containers: [OBJECT.spec.containers[0]], tags: ['three'] });
    const replaced = applyTypedPatch(OBJECT, types.strategic, {
      spec: { containers: [{ $patch: 'replace' }, { name: 'new', image: 'new:1' }] },
    });
    expect(replaced.spec.containers).toEqual([{ name: 'new', image: 'new:1' }]);
    const annotations = { $patch: 'replace', only: 'this' };
    expect(applyTypedPatch(OBJECT, types.strategic, { metadata: { annotations } }).metadata.annotations).toEqual({
      only: 'this',
    });
  });
});

describe('a JSON patch', () => {
  test('applies its operations in order', () => {
    const patched = applyTypedPatch(OBJECT, types.json, [
      { op: 'test', path: '/spec/containers/0/image', value: 'app:1' },
      { op: 'replace', path: '/spec/containers/0/image', value: 'app:2' },
      { op: 'add', path: '/metadata/annotations/c', value: '3' },
    ]);
    expect(patched.spec.containers[0]?.image).toBe('app:2');
    expect(patched.metadata.annotations).toEqual({ a: '1', b: '2', c: '3' });
  });

  test('is refused as a whole when a test fails or a path is not there', () => {
    const replace = { op: 'replace', path: '/spec/containers/0/image', value: 'app:2' };
    for (const bad of [
      { op: 'test', path: '/spec/containers/0/image', value: 'other' },
      { op: 'remove', path: '/spec/nothing/here' },
    ]) {
      expect(() => applyTypedPatch(OBJECT, types.json, [replace, bad])).toThrow(expect.objectContaining({ code: 422 }));
    }
    expect(OBJECT.spec.containers[0]?.image).toBe('app:1');
  });
});

test.each([
  [types.merge, [], 400],
  [types.strategic, 'text', 400],
  [types.json, {}, 400],
  [types.json, [{ op: 'copy' }], 422],
  ['application/apply-patch+yaml', {}, 415],
  ['text/plain', {}, 415],
])('%s with %j is answered %i', (mediaType, patch, code) => {
  expect(() => applyTypedPatch(OBJECT, mediaType, patch)).toThrow(StatusError);
  expect(() => applyTypedPatch(OBJECT, mediaType, patch)).toThrow(expect.objectContaining({ code }));
});

test('a patch cannot reach a prototype', () => {
  const evil = JSON.parse('{"__proto__":{"polluted":true},"spec":{"__proto__":{"polluted":true}}}');
  for (const type of [types.merge, types.strategic]) expect(applyTypedPatch(OBJECT, type, evil)).toEqual(OBJECT);
  const patched = applyTypedPatch(OBJECT, types.json, [{ op: 'add', path: '/__proto__/polluted', value: true }]);
  for (const each of [OBJECT, patched.metadata, {}, structuredClone({})]) expect(each).not.toHaveProperty('polluted');
});
