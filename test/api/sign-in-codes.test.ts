import { afterEach, expect, test } from '@jest/globals';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

const CODE = { method: 'POST', url: '/api/sign-in-codes' } as const;

test('whoever holds the token gets a new code for a browser; it works once, and the one before not any more', async () => {
  const { ask, asAda } = await startApi();
  const codes = [await asAda(CODE), await asAda(CODE)].map((answer) => String(answer.json().code));
  const enter = (code: string | undefined) => ask({ method: 'POST', url: '/signin', payload: { code } });
  const [over, good] = [await enter(codes[0]), await enter(codes[1])];
  expect([over.cookies.length, good.cookies.length]).toEqual([0, 1]);
  expect((await enter(codes[1])).cookies).toEqual([]);
});

test('a browser that is signed in lets no other one in', async () => {
  const { ask, browser } = await startApi();
  const { csrf } = await browser();
  expect((await ask({ ...CODE, headers: csrf })).statusCode).toBe(403);
});
