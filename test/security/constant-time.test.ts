import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type * as crypto from 'node:crypto';
import { createRequire, syncBuiltinESMExports } from 'node:module';

/** Where every comparison of secrets must end. What is tested is loaded after this stands, and so finds it. */
const real: typeof crypto = createRequire(import.meta.url)('node:crypto');
const compared = jest.spyOn(real, 'timingSafeEqual');
syncBuiltinESMExports();
afterAll(() => {
  compared.mockRestore();
  syncBuiltinESMExports();
});
beforeEach(() => void compared.mockClear());

const { createHmac } = real;
const { tokenHolds, signatureHolds } = await import('../../src/intake/proof.ts');
const { sameSecret } = await import('../../src/platform/http/secret-match.ts');
const { SessionStore, csrfMatches } = await import('../../src/api/sign-in/session-store.ts');
const { OneTimeCode } = await import('../../src/api/sign-in/one-time-code.ts');

const SECRET = 'correct-horse-battery-staple';
const hmac = (secret: string) => createHmac('sha256', secret).update('body').digest('hex');
const sessions = new SessionStore(Date.now);
const session = sessions.find(sessions.open({ id: 'local:ada', name: 'ada' }));
const codes = new OneTimeCode(Date.now);
const code = codes.issue({ id: 'local:ada', name: 'ada' });

/** Each door's comparison, given what a stranger sends; and what would be right. */
const DOORS: [string, (given: string) => unknown, string][] = [
  [
    'a webhook’s token',
    (given) => tokenHolds({ secrets: [], tokens: [SECRET] }, { authorization: `Bearer ${given}` }),
    SECRET,
  ],
  [
    'a webhook’s signature',
    (given) => signatureHolds({ secrets: [SECRET], tokens: [] }, given, Buffer.from('body')),
    hmac(SECRET),
  ],
  ['the tokens of people and of workers', (given) => sameSecret(given, SECRET), SECRET],
  ['a browser’s CSRF token', (given) => session !== undefined && csrfMatches(session, given), session?.csrf ?? ''],
  ['the code that signs a browser in', (given) => codes.redeem(given) !== undefined, code],
];

describe('a secret is compared without telling by the time it takes how much of it was right:', () => {
  test.each(DOORS)('%s', (_, holds, right) => {
    const beginsRight = `${right.slice(0, -1)}${right.endsWith('A') ? 'B' : 'A'}`;
    for (const given of [beginsRight, 'x', 'y'.repeat(500), right]) {
      compared.mockClear();
      expect(holds(given)).toBe(given === right);
      // All of it is always compared, as hashes: the length of what was sent is nothing either.
      expect(compared.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([[32, 32]]);
    }
  });
});
