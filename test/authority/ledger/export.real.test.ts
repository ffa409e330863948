import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createHash, createPublicKey } from 'node:crypto';
import { exportLedger } from '../../../src/authority/ledger/export/export-ledger.ts';
import { fingerprintOf } from '../../../src/authority/keys/fingerprint-of.ts';
import { verifyBundle } from '../../../src/authority/ledger/export/verify-bundle.ts';
import { sealCheckpoint } from '../../../src/authority/ledger/seal.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { canonicalJson } from '../../../src/domain/digest.ts';
import { BUNDLE_FILES, type ExportScope, manifestPart } from '../../../src/domain/ledger-bundle.ts';
import { ANN, type Asked, type AuthorityFixture, BOB, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';

describeReal('an export of the ledger', ['postgres'], () => {
  let belay: AuthorityFixture;
  let story: Asked;
  let fingerprint: string;
  let whole: Map<string, Buffer>;
  const PERIOD = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };
  const HOSTILE = '<script>alert(1)</script> & "quoted" \u202e reversed';

  const bundle = async (scope: ExportScope) => {
    const files = new Map<string, Buffer>();
    for await (const { path, content } of exportLedger(belay.context, scope)) {
      let text = '';
      for await (const chunk of content) text += chunk;
      files.set(path, Buffer.from(text));
    }
    return files;
  };
  const changed = (name: string, change: (content: Buffer) => Buffer) =>
    new Map(whole).set(name, change(Buffer.from(whole.get(name) ?? '')));

  beforeAll(async () => {
    belay = await startAuthority();
    fingerprint = fingerprintOf(createPublicKey(belay.context.key.publicKeyPem));
    story = await belay.approved();
    await belay.grant(story.action);
    await belay.record(story.action, 1);
    await belay.authority.finish({ ...story, outcome: 'fixed', summary: HOSTILE });
    await sealCheckpoint(belay.context);
    const denied = await belay.ask();
    await belay.decide(denied, BOB, 'deny', { reason: HOSTILE });
    await sealCheckpoint(belay.context);
    await belay.approved();
    whole = await bundle(PERIOD);
  });
  afterAll(() => belay.close());

  test('of a period and of one run holds under its key, and says what it cannot show', async () => {
    const report = verifyBundle(whole, [fingerprint]);
    expect(report).toMatchObject({ ok: true, problems: [], runs: 3, vouched: fingerprint });
    expect(report.caveats.join()).toMatch(/tail not anchored/);
    expect(report.caveats.join()).toMatch(/no checkpoint sealed yet/);
    const one = verifyBundle(await bundle({ run: story.run }), [fingerprint.slice(0, 16)]);
    expect(one).toMatchObject({ ok: true, problems: [], runs: 1 });
    expect(one.caveats.join()).not.toMatch(/no checkpoint sealed/);
  });

  test('of a period in which nothing happened is an empty one that holds', async () => {
    const files = await bundle({ from: '2020-01-01T00:00:00.000Z', to: '2020-01-02T00:00:00.000Z' });
    expect(verifyBundle(files, [fingerprint])).toMatchObject({ ok: true, runs: 0 });
  });

  test('without a key only agrees with itself, which is said first and loudly', () => {
    const report = verifyBundle(whole, []);
    expect(report).toMatchObject({ ok: true, vouched: null });
    expect(report.caveats[0]).toMatch(/^NOBODY VOUCHES/);
  });

  test.each(['', 'f'.repeat(64), 'short'])('is not vouched for by "%s"', (key) => {
    expect(verifyBundle(whole, [key])).toMatchObject({ ok: false, vouched: null });
  });

  test('made up whole by somebody else, with a key of their own in it, is refused under the key that is trusted', () => {
    const theirs = signingKeyFrom(newPrivateKeyPem());
    const manifest = JSON.parse(whole.get('manifest.json')?.toString() ?? '');
    const { signature: _, ...rest } = { ...manifest, keyId: theirs.keyId };
    const forged = new Map(whole)
      .set('keys.pem', Buffer.from(theirs.publicKeyPem))
      .set('manifest.json', Buffer.from(`${canonicalJson({ ...rest, signature: theirs.sign(manifestPart(rest)) })}\n`));
    const { ok, vouched } = verifyBundle(forged, [fingerprint]);
    expect({ ok, vouched }).toEqual({ ok: false, vouched: null });
  });

  test('shows one changed byte anywhere, and names the file', () => {
    const names = [...BUNDLE_FILES, 'manifest.json'];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.integer({ min: 1, max: 255 }), (name, at, mask) => {
        const files = changed(name, (content) => {
          const place = at % content.length;
          content[place] = (content[place] ?? 0) ^ mask;
          return content;
        });
        const { ok, problems } = verifyBundle(files, [fingerprint]);
        expect(ok).toBe(false);
        expect(problems.join('\n')).toContain(name);
      }),
      { numRuns: 300 },
    );
  });

  test('shows a line that was removed, doubled, moved or added anywhere, and names the file', () => {
    const names = BUNDLE_FILES.filter((name) => (whole.get(name)?.toString().split('\n').length ?? 0) > 2);
    expect(names.length).toBeGreaterThan(4);
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.constantFrom('remove', 'double', 'move', 'add'),
        (name, at, how) => {
          const files = changed(name, (content) => {
            const lines = content.toString().split('\n').slice(0, -1);
            const place = at % lines.length;
            const [line = ''] = lines.splice(place, 1);
            if (how === 'double') lines.splice(place, 0, line, line);
            if (how === 'move') lines.splice((place + 1) % (lines.length + 1), 0, line);
            if (how === 'add') lines.splice(place, 0, line, '{}');
            return Buffer.from(`${lines.join('\n')}\n`);
          });
          fc.pre(!files.get(name)?.equals(whole.get(name) ?? Buffer.alloc(0)));
          const { ok, problems } = verifyBundle(files, [fingerprint]);
          expect(ok).toBe(false);
          expect(problems.join('\n')).toContain(name);
        },
      ),
      { numRuns: 100 },
    );
  });

  describe('with a manifest that its own authority made for changed files', () => {
    // What a server that was told to lie could sign: the chains still say that something was changed.
    const resigned = (files: Map<string, Buffer>) => {
      const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '');
      for (const name of BUNDLE_FILES) {
        const content = files.get(name) ?? Buffer.alloc(0);
        manifest.files[name] = { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
      }
      const { signature: _, ...rest } = manifest;
      const signed = { ...rest, signature: belay.context.key.sign(manifestPart(rest)) };
      return files.set('manifest.json', Buffer.from(`${canonicalJson(signed)}\n`));
    };
    test.each<[string, string, (text: string) => string, RegExp]>([
      [
        'another reason',
        'entries.jsonl',
        (text) => text.replace('"decision":"deny"', '"decision":"approve"'),
        /entry \d+ .*content was changed/,
      ],
      [
        'an entry less',
        'entries.jsonl',
        (text) => text.split('\n').toSpliced(2, 1).join('\n'),
        /numbered|does not follow/,
      ],
      ['a number less', 'sequence.jsonl', (text) => text.split('\n').toSpliced(1, 1).join('\n'), /is missing/],
      [
        'another root',
        'checkpoints.jsonl',
        (text) => text.replace(/"root":"sha256:./, '"root":"sha256:f'),
        /checkpoint 1: its signature|way to the root/,
      ],
      [
        'another proof',
        'proofs.jsonl',
        (text) => text.replace(/"seq":(\d+)/, (_, n) => `"seq":${Number(n) - 1}`),
        /way to the root|is not the one/,
      ],
    ])('shows %s', (_, name, change, said) => {
      const files = changed(name, (content) => Buffer.from(change(content.toString())));
      expect(files.get(name)).not.toEqual(whole.get(name));
      expect(verifyBundle(resigned(files), [fingerprint]).problems.join('\n')).toMatch(said);
    });
  });

  test.each([
    ['a file that is missing', () => new Map([...whole].filter(([name]) => name !== 'keys.pem')), /keys.pem/],
    ['a file that does not belong', () => new Map(whole).set('run.sh', Buffer.from('rm')), /run.sh does not belong/],
    ['no manifest', () => new Map([...whole].filter(([name]) => name !== 'manifest.json')), /manifest.json is missing/],
    ['nothing', () => new Map<string, Buffer>(), /this is no bundle/],
  ])('%s is said', (_, files, said) => {
    const { ok, problems } = verifyBundle(files(), [fingerprint]);
    expect(ok).toBe(false);
    expect(problems.join('\n')).toMatch(said);
  });

  test('made under an older key holds under the one that signs now, which vouches for the older', async () => {
    const next = signingKeyFrom(newPrivateKeyPem(), [belay.context.key.publicKeyPem]);
    const files = new Map<string, Buffer>();
    for await (const { path, content } of exportLedger({ ...belay.context, key: next }, PERIOD)) {
      let text = '';
      for await (const chunk of content) text += chunk;
      files.set(path, Buffer.from(text));
    }
    expect(verifyBundle(files, [fingerprintOf(createPublicKey(next.publicKeyPem))])).toMatchObject({ ok: true });
    expect(verifyBundle(files, [fingerprint])).toMatchObject({ ok: false, vouched: null });
  });

  test('its page says who, what, when, on what and how it ended; text from outside is text', () => {
    const html = whole.get('index.html')?.toString() ?? '';
    for (const said of [
      story.run,
      ANN.id,
      story.digest,
      'kubernetes.rollout_undo',
      'written rules, no model',
      belay.context.bundle().hash,
      belay.context.key.keyId,
    ])
      expect(html).toContain(said);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot; ⟨U+202E⟩ reversed');
    expect(html).not.toMatch(/<script|\u202e/);
    expect(html).toMatch(/default-src 'none'/);
    expect(html).toMatch(/tail not anchored/);
  });
});
