import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf } from '../../src/authority/keys/fingerprint-of.ts';
import { BUNDLE_FILES } from '../../src/domain/ledger-bundle.ts';
import { closeAll, startApi } from '../api/start-api.ts';
import { type Asked, type AuthorityFixture, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';
import { tamper } from '../support/tamper.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { belay } from './belay.ts';

describeReal('belay ledger', ['postgres'], () => {
  let authority: AuthorityFixture;
  let asked: Asked;
  let folder: string;
  let port = 0;
  let fingerprint: string;

  beforeAll(async () => {
    authority = await startAuthority();
    asked = await authority.approved();
    folder = temporaryFolder('ledger-cli');
    fingerprint = fingerprintOf(createPublicKey(authority.context.key.publicKeyPem));
    const api = await startApi({ doors: authority.doors, hosts: () => [`127.0.0.1:${port}`] });
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const address = api.app.server.address();
    port = typeof address === 'object' && address ? address.port : 0;
    writeFileSync(join(folder, 'token'), 'the-local-token');
  });
  afterAll(async () => {
    await closeAll();
    await authority.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ledger = (...args: string[]) => belay(['ledger', ...args, '--data', folder, '--port', String(port)]);
  const at = (name: string) => join(folder, name);

  test('exports a folder and a zip that hold offline under the key, and does not write over anything', async () => {
    for (const out of ['run', 'run.zip']) {
      expect(await ledger('export', '--run', asked.run, '--out', at(out))).toMatchObject({ code: 0, err: '' });
      const checked = await belay(['ledger', 'verify', at(out), '--key', fingerprint]);
      expect(checked).toMatchObject({ code: 0, out: expect.stringContaining(`Vouched for by key ${fingerprint}`) });
      expect(await ledger('export', '--run', asked.run, '--out', at(out))).toMatchObject({ code: 2 });
    }
    expect(readdirSync(at('run')).toSorted()).toEqual([...BUNDLE_FILES, 'manifest.json'].toSorted());
  });

  test('a period, by days, is a bundle too', async () => {
    expect(await ledger('export', '--from', '2026-03-01', '--to', '2026-03-02', '--out', at('days'))).toMatchObject({
      code: 0,
    });
    const { out } = await belay(['ledger', 'verify', at('days'), '--key', fingerprint, '--json']);
    expect(JSON.parse(out)).toMatchObject({ ok: true, runs: 1, vouched: fingerprint });
  });

  test('without a key it says that nobody vouches; a changed byte, another key and no bundle are told', async () => {
    await ledger('export', '--run', asked.run, '--out', at('changed'));
    expect(await belay(['ledger', 'verify', at('changed')])).toMatchObject({
      code: 0,
      out: expect.stringContaining('NOBODY VOUCHES'),
    });
    const file = join(at('changed'), 'index.html');
    writeFileSync(file, readFileSync(file, 'utf8').replace('local:ann', 'local:bob'));
    expect(await belay(['ledger', 'verify', at('changed'), '--key', fingerprint])).toMatchObject({
      code: 1,
      out: expect.stringContaining('index.html was changed'),
    });
    const other = 'a'.repeat(64);
    expect(await belay(['ledger', 'verify', at('run'), '--key', other])).toMatchObject({ code: 1 });
    expect(await belay(['ledger', 'verify', at('run'), '--key', 'nonsense'])).toMatchObject({ code: 2 });
    expect(await belay(['ledger', 'verify', at('nowhere')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not there'),
    });
    expect(await belay(['ledger', 'verify', at('token')])).toMatchObject({ code: 2 });
  });

  test.each([[['export']], [['export', '--run', 'r-1', '--from', '2026-01-01']], [['export', '--from', '2026-01-01']]])(
    '%j is a mistake of use',
    async (args) => {
      expect(await ledger(...args)).toMatchObject({ code: 2, err: expect.stringContaining('--run') });
    },
  );

  test.each([
    [['export', '--run', 'r-nowhere00']],
    [['export', '--from', 'yesterday', '--to', '2026-01-01']],
    [['export', '--from', '2026-01-02', '--to', '2026-01-01']],
  ])('%j is refused by the server, and nothing is written', async (args) => {
    expect(await ledger(...args, '--out', at('refused'))).toMatchObject({ code: 1 });
    expect(readdirSync(folder)).not.toContain('refused');
  });

  test('seal seals, verify checks under a key what was taken here, doctor shows both', async () => {
    const sealed = await ledger('seal', '--json');
    expect(JSON.parse(sealed.out)).toMatchObject({ number: 1, type: 'belay/checkpoint' });
    expect(await ledger('verify', '--key', fingerprint)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Vouched'),
    });
    expect(await ledger('verify', '--key', 'b'.repeat(64))).toMatchObject({ code: 1 });
    const { out } = await belay(['doctor', '--url', `http://127.0.0.1:${port}`, '--json'], {
      BELAY_TOKEN: 'the-local-token',
    });
    const { findings } = JSON.parse(out);
    const of = (what: string) => findings.filter((finding: { what: string }) => finding.what === what);
    expect(of('keys')).toMatchObject([{ how: 'ok', text: expect.stringContaining(fingerprint) }]);
    expect(of('ledger')).toMatchObject([{ how: 'ok' }]);
    for (const what of ['halts', 'policy', 'people', 'checkpoints']) expect(of(what)).not.toEqual([]);
    expect(
      of('anchors')
        .map(({ text }: { text: string }) => text)
        .join(),
    ).toMatch(/tail not anchored/);
  });

  test('a record that was changed in the database is told, by the server and by what was taken here', async () => {
    await tamper(
      authority.db,
      `update ledger set body = replace(body, 'local:ann', 'local:bob') where run = '${asked.run}'`,
    );
    expect(await ledger('verify')).toMatchObject({
      code: 1,
      out: expect.stringContaining(`✗ run ${asked.run}, entry`),
    });
  });
});
