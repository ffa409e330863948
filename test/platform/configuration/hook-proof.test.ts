import { describe, expect, test } from '@jest/globals';
import { hookProofOf, hookVariables, readHookProofs } from '../../../src/platform/configuration/hook-proof.ts';

const never = (text: string): never => {
  throw new Error(text);
};

describe('hook proofs', () => {
  test('several secrets by comma are all accepted, so that one can be rotated', () => {
    const proofs = readHookProofs({ BELAY_HOOK_GITHUB_SECRET: 'old, new', BELAY_HOOK_GITHUB_TOKEN: 't' }, never);
    expect(hookProofOf(proofs, 'github')).toEqual({ secrets: ['old', 'new'], tokens: ['t'] });
  });

  test('a source without variables asks for no proof', () => {
    expect(hookProofOf(readHookProofs({}, never), 'alertmanager')).toEqual({ secrets: [], tokens: [] });
  });

  test('a generic source is found under the name that its path spells', () => {
    const { secret } = hookVariables('generic/my-thing');
    expect(secret).toBe('BELAY_HOOK_GENERIC_MY_THING_SECRET');
    expect(hookProofOf(readHookProofs({ [secret]: 's' }, never), 'generic/my-thing').secrets).toEqual(['s']);
  });

  test('one source never gets the proof of another', () => {
    const proofs = readHookProofs({ BELAY_HOOK_GENERIC_A_SECRET: 's' }, never);
    expect(hookProofOf(proofs, 'generic/b').secrets).toEqual([]);
    expect(hookProofOf(proofs, 'github').secrets).toEqual([]);
  });
});
