import { calls } from '../../src/authority/calls.ts';
import type { AuthorityClient } from '../../src/authority/protocol.ts';

/** An authority that remembers what it was asked and answers from `answers`; a function there is called, and may throw. */
export function fakeAuthority(answers: Record<string, unknown> = {}) {
  const asked: { call: string; request: unknown }[] = [];
  const entries = calls.map((call) => [
    call,
    async (request: unknown): Promise<unknown> => {
      asked.push({ call, request });
      const answer = answers[call] ?? {};
      return typeof answer === 'function' ? answer(request) : answer;
    },
  ]);
  const authority: AuthorityClient = Object.fromEntries(entries);
  return { authority, asked };
}
