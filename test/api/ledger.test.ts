import { afterEach, expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import { run as RUN_VIEW } from './fake-doors.ts';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

test('an export is a zip with a name, of a run or a period; each file whole', async () => {
  const api = await startApi();
  const answer = await api.asAda({ url: `/api/ledger/export?run=${RUN_VIEW.id}` });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="belay-${RUN_VIEW.id}.zip"`,
    'cache-control': 'no-store',
  });
  const files = unzipSync(answer.rawPayload);
  expect(Object.keys(files)).toEqual(['keys.pem', 'manifest.json']);
  expect(Buffer.from(files['keys.pem'] ?? []).toString()).toBe('keys.pem one\ntwo\n');
  await api.asAda({ url: '/api/ledger/export?from=2026-01-01&to=2026-01-02T03:00:00%2B01:00' });
  expect(api.of('exportLedger').map(({ args }) => args)).toEqual([
    [{ run: RUN_VIEW.id }],
    [{ from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T02:00:00.000Z' }],
  ]);
});

test.each([
  ['', 400],
  ['?run=r-1&from=2026-01-01', 400],
  ['?from=2026-01-01', 400],
  ['?from=2026-01-02&to=2026-01-02', 400],
  ['?from=yesterday&to=2026-01-02', 400],
  ['?run=r-unknown0', 404],
  ['?everything=1', 400],
])('an export of "%s" is refused with %i', async (query, status) => {
  const api = await startApi();
  const answer = await api.asAda({ url: `/api/ledger/export${query}` });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([
    status,
    expect.stringContaining('problem+json'),
  ]);
  expect(api.of('exportLedger')).toEqual([]);
});

test('an export that fails is an error and no archive', async () => {
  const exportLedger = async () =>
    (async function* () {
      yield {
        path: 'entries.jsonl' as const,
        content: (async function* () {
          yield 'one\n';
          throw new Error('the database went away');
        })(),
      };
    })();
  const api = await startApi({}, { exportLedger });
  const answer = await api.asAda({ url: `/api/ledger/export?run=${RUN_VIEW.id}` });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([500, expect.stringContaining('problem+json')]);
});

test.each([
  ['GET', '/api/ledger/export?run=r-1'],
  ['POST', '/api/ledger/checkpoints'],
  ['GET', '/api/doctor'],
] as const)('%s %s is for people who are signed in', async (method, url) => {
  const api = await startApi();
  expect((await api.ask({ method, url })).statusCode).toBe(401);
});

test('sealing on demand answers with the checkpoint; doctor with what the server finds', async () => {
  const api = await startApi();
  expect((await api.asAda({ method: 'POST', url: '/api/ledger/checkpoints' })).json()).toMatchObject({ number: 1 });
  expect((await api.asAda({ url: '/api/doctor' })).json()).toEqual({
    findings: [{ what: 'anchors', how: 'note', text: 'tail not anchored' }],
  });
});

test('an anchor that fails shows in the metrics', async () => {
  const anchor = { checkpoint: null, sealedAt: null };
  const ledgerStatus = async () => ({
    checkpoint: { number: 3, at: '2026-01-02T03:04:05.000Z', entries: 9 },
    anchors: [
      { ...anchor, name: 'git:/a', problem: 'no remote' },
      { ...anchor, name: 'slack', problem: null },
    ],
    pin: { path: '/p', problem: null },
    behind: [],
  });
  const api = await startApi({}, { ledgerStatus });
  const text = (await api.asAda({ url: '/metrics' })).payload;
  expect(text).toContain('belay_anchor_failing{anchor="git:/a"} 1');
  expect(text).toContain('belay_anchor_failing{anchor="slack"} 0');
  expect(text).toContain(`belay_checkpoint_timestamp_seconds ${Date.parse('2026-01-02T03:04:05.000Z') / 1000}`);
});
