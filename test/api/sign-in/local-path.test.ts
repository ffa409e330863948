import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';

import { localPath } from '../../../src/api/sign-in/local-path.ts';

describe('where to go after signing in', () => {
  test.each(['/', '/gates/g-abc123?tab=diff#args', '/runs'])('a path of ours stays: %s', (path) => {
    expect(localPath(path)).toBe(path);
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '',
    undefined,
    7,
    '/.//evil.example',
    '/%2e//evil.example',
    '///evil.example',
  ])('a way out leads home: %j', (path) => {
    expect(localPath(path)).toBe('/');
  });

  test('whatever is asked for, the browser stays on this server', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.webPath(),
          fc.string().map((s) => `/${s}`),
        ),
        (wanted) => {
          expect(new URL(localPath(wanted), 'http://belay.test').origin).toBe('http://belay.test');
        },
      ),
    );
  });
});
