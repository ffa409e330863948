import { afterEach, expect, test } from '@jest/globals';
import { belay } from '../belay.ts';
import { type Answer, type FakeApi, startFakeApi } from '../fake-api.ts';

const open: FakeApi[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((api) => api.stop()))));

async function against(answers: Record<string, Answer>, ...args: string[]) {
  const fake = await startFakeApi(({ method, path }) => answers[`${method} ${path}`]);
  open.push(fake);
  const ended = await belay(['passkey', ...args, '--data', fake.data, '--port', String(fake.port)]);
  return { ...ended, requests: fake.requests };
}

const code = { code: 'AAAA-BBBB-CCCC', person: 'ada', page: 'http://localhost:7420/passkeys' };

test('add prints the page and the code, apart: no code ever stands in an address', async () => {
  const ended = await against({ 'POST /api/passkeys/codes': { status: 201, body: code } }, 'add', '--person', 'ada');
  expect(ended.code).toBe(0);
  expect(ended.out).toContain('Open http://localhost:7420/passkeys on');
  expect(ended.out).toContain('enter AAAA-BBBB-CCCC.');
  expect(ended.requests).toMatchObject([{ body: { person: 'ada' }, headers: { 'x-belay-door': 'cli' } }]);
});

test('add without a person asks for whoever the token is', async () => {
  const ended = await against({ 'POST /api/passkeys/codes': { status: 201, body: code } }, 'add');
  expect(ended.requests).toMatchObject([{ body: {} }]);
});

test('add for somebody unknown says why, and ends with 1', async () => {
  const detail = "mallory is not in Belay's directory; a passkey is for somebody who is.";
  const answer = { status: 422, type: 'application/problem+json', body: { title: 'No', detail } };
  const ended = await against({ 'POST /api/passkeys/codes': answer }, 'add', '--person', 'mallory');
  expect(ended).toMatchObject({ code: 1, err: `belay: ${detail}\n` });
});

test('list shows whose, what it is called and what allowed it; a name steers no terminal', async () => {
  const one = {
    id: 'abcdefghijklmnop',
    person: 'ada',
    label: 'lap\u001b[2Jtop',
    by: 'a code that local:root asked for',
  };
  const body = { passkeys: [{ ...one, device: 'singleDevice', addedAt: '2026-11-21T10:15:30.000Z' }] };
  const ended = await against({ 'GET /api/passkeys': { body } }, 'list');
  expect(ended.out).toMatch(
    /abcdefghijkl +ada +lap⟨U\+001B⟩\[2Jtop +2026-11-21 10:15:30 +a code that local:root asked for/,
  );
  expect((await against({ 'GET /api/passkeys': { body: { passkeys: [] } } }, 'list')).out).toContain(
    'belay passkey add',
  );
});

test('revoke sends the reason, and says what it means', async () => {
  const path = 'POST /api/passkeys/abcdefghijkl/revoke';
  const ended = await against(
    { [path]: { body: { id: 'abcdefghijklmnop', person: 'ada' } } },
    'revoke',
    'abcdefghijkl',
    '--reason',
    'lost',
  );
  expect(ended.requests).toMatchObject([{ body: { reason: 'lost' } }]);
  expect(ended.out).toContain('abcdefghijkl of ada proves nothing from now on; what it confirmed before stands.');
});
