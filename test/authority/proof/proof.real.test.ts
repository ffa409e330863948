import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { assert, constantFrom, integer, nat, pre, property } from 'fast-check';
import { randomUUID, createPublicKey } from 'node:crypto';
import ms from 'ms';
import { fingerprintOf } from '../../../src/authority/keys/fingerprint-of.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { verifyProof } from '../../../src/authority/proof/verify-proof.ts';
import { canonicalJson, digestOf } from '../../../src/domain/digest.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { PROOF_FILES, PROOF_MANIFEST, ProofManifest, proofPart } from '../../../src/domain/proof-pack.ts';
import { scanDigest } from '../../../src/domain/scan.ts';
import {
  ANN,
  type Asked,
  type AuthorityFixture,
  BOB,
  person,
  type RunRef,
  startAuthority,
} from '../../support/authority-fixture.ts';
import { findingOf } from '../../support/finding-sample.ts';
import { describeReal } from '../../support/parts.ts';

type Pack = Map<string, Buffer>;

describeReal('a proof pack', ['postgres'], () => {
  let belay: AuthorityFixture;
  let of: Asked;
  let pack: Pack;
  let key: string;

  const A = findingOf('website', {
    controls: [
      { framework: 'CIS 6.0', id: '3.1.4' },
      { framework: 'SOC 2', id: 'cc_6_1' },
    ],
  });
  const B = findingOf('<b>logs</b>');
  const passing = (finding: Finding): Finding => ({ ...finding, status: 'PASS' });

  const scan = async (run: RunRef, findings: Finding[]) => {
    const facts = { scanner: 'prowler', version: '5.46.0', madeAt: null, unusable: 0, problems: [], duplicates: 0 };
    const digest = scanDigest(findings.map((one) => digestOf(one)));
    const { execution, run: id } = run;
    const from = { run: id, execution, scan: randomUUID(), system: 'scanner', connection: 'prowler' };
    await belay.authority.recordScan({ ...from, findings, close: { facts, count: findings.length, digest } });
    belay.forward(ms('1m'));
  };
  const packOf = async (run: string): Promise<Pack> => {
    const files = await belay.doors.exportProof(run);
    if (!files) throw new Error('no such run');
    const found: Pack = new Map();
    for await (const { path, content } of files) {
      let text = '';
      for await (const chunk of content) text += chunk;
      found.set(path, Buffer.from(text));
    }
    return found;
  };
  const text = (name: string) => pack.get(name)?.toString('utf8') ?? '';
  const json = (name: string): unknown => JSON.parse(text(name));
  const fresh = () => new Map(pack);

  beforeAll(async () => {
    belay = await startAuthority();
    key = fingerprintOf(createPublicKey(belay.context.key.publicKeyPem));
    const asked = await belay.doors.requestException(
      {
        resource: B.key,
        check: B.check,
        runbook: null,
        owner: 'platform team',
        reason: 'read by a partner',
        control: 'no personal data',
        until: '2026-06-01T00:00:00.000Z',
      },
      person('asker'),
    );
    if (asked.answer !== 'requested') throw new Error(JSON.stringify(asked));
    const gate = await belay.doors.gate(asked.exception.gate ?? '');
    await belay.decide({ gate: gate?.id ?? '', digest: gate?.digest ?? '' }, BOB);
    const run = await belay.startRun();
    await scan(run, [A, B]);
    const { id } = await belay.preview(run);
    const opened = await belay.openGate(run, [{ id: 'block', title: 'Block', recommended: true, actions: [id] }]);
    await belay.decide({ gate: opened.id, digest: opened.digest }, ANN, 'approve', { reason: 'as agreed' });
    of = { ...run, action: id, gate: opened.id, digest: opened.digest };
    await belay.authority.lock({ ...run, actions: [id] });
    await belay.grant(id);
    await belay.record(id, 1);
    await scan(run, [passing(A), B]);
    await belay.authority.verified({ ...run, verdict: 'healthy', checks: [], final: true });
    await belay.authority.finish({ ...run, outcome: 'fixed', summary: 'blocked' });
    pack = await packOf(run.run);
  });
  afterAll(() => belay.close());

  test('says what was found before and after, which requirements that is about, who decided and what is excepted', () => {
    expect([...pack.keys()].toSorted()).toEqual([...PROOF_FILES, PROOF_MANIFEST].toSorted());
    expect(json('findings-before.json')).toEqual(expect.arrayContaining([A, B]));
    expect(json('findings-after.json')).toEqual(expect.arrayContaining([passing(A), B]));
    expect(json('controls.json')).toEqual([
      {
        framework: 'CIS 6.0',
        id: '3.1.4',
        before: { fail: 2, pass: 0, other: 0 },
        after: { fail: 1, pass: 1, other: 0 },
        state: 'not-met',
      },
      {
        framework: 'SOC 2',
        id: 'cc_6_1',
        before: { fail: 1, pass: 0, other: 0 },
        after: { fail: 0, pass: 1, other: 0 },
        state: 'met',
      },
    ]);
    expect(json('decisions.json')).toMatchObject([
      { decision: 'approve', person: { name: 'ann' }, reason: 'as agreed' },
    ]);
    expect(json('exceptions.json')).toMatchObject([
      { resource: B.key, state: 'in-force', owner: 'platform team', approval: { signature: expect.any(String) } },
    ]);
    expect(ProofManifest.parse(json(PROOF_MANIFEST))).toMatchObject({
      run: of.run,
      runbook: 'remediation/bad-deploy',
      outcome: 'fixed',
      verdict: 'healthy',
      bundles: [belay.context.bundle().hash],
      decidedBy: [{ person: expect.stringContaining('ann'), decision: 'approve', gate: of.gate }],
      before: { scanner: 'prowler', findings: 2 },
      after: { scanner: 'prowler', findings: 2 },
      fingerprint: key,
    });
  });

  test('can be read: what failed, what it is now, and nothing in it becomes markup', () => {
    const page = text('index.html');
    for (const part of ['2 failing', '1 failing', 'passes', 'still fails', 'platform team', 'as agreed', 'NOT MET'])
      expect(page).toContain(part);
    expect(page).toContain('&lt;b&gt;logs&lt;/b&gt;');
    expect(page).not.toContain('<b>logs');
    expect(page).toContain("default-src 'none'");
  });

  test('holds offline, vouched for by a key that somebody trusts, and by no other', () => {
    expect(verifyProof(pack, [key])).toMatchObject({ ok: true, problems: [], vouched: key, of: { run: of.run } });
    expect(verifyProof(pack, [key.slice(0, 16)]).ok).toBe(true);
    const stranger = fingerprintOf(createPublicKey(signingKeyFrom(newPrivateKeyPem()).publicKeyPem));
    expect(verifyProof(pack, [stranger])).toMatchObject({
      ok: false,
      vouched: null,
      problems: [`the pack is signed by key ${key}, not by the one you trust`],
    });
    const alone = verifyProof(pack, []);
    expect(alone).toMatchObject({ ok: true, vouched: null });
    expect(alone.caveats[0]).toMatch(/^NOBODY VOUCHES FOR THIS PACK/);
  });

  test('in which any one byte of any file is another does not hold, and that file is named', () => {
    const names = [...pack.keys()];
    assert(
      property(constantFrom(...names), nat(), integer({ min: 1, max: 255 }), (name, at, by) => {
        const changed = Buffer.from(pack.get(name) ?? '');
        // The record of an export that has no checkpoints yet has empty files: there is no byte in them.
        pre(changed.length > 0);
        const place = at % changed.length;
        changed[place] = ((changed[place] ?? 0) + by) % 256;
        const { ok, problems } = verifyProof(new Map([...pack, [name, changed]]), [key]);
        expect(ok).toBe(false);
        expect(problems.join('\n')).toContain(name);
      }),
      { numRuns: 300 },
    );
  });

  test.each([...PROOF_FILES, PROOF_MANIFEST])('without %s does not hold, and says so', (name) => {
    const less = fresh();
    less.delete(name);
    const { ok, problems } = verifyProof(less, [key]);
    expect(ok).toBe(false);
    expect(problems.join('\n')).toContain(`${name} is missing`);
  });

  test.each(['notes.txt', 'ledger/extra.jsonl', 'findings-before.json.bak'])(
    'with %s beside what belongs to it does not hold, and names it',
    (name) => {
      expect(verifyProof(new Map([...pack, [name, Buffer.from('x')]]), [key]).problems).toEqual([
        `${name} does not belong to the pack`,
      ]);
    },
  );

  test('with a byte more or less at an end does not hold', () => {
    for (const [name, bytes] of pack) {
      for (const changed of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from('\n')])]) {
        if (changed.length === bytes.length) continue;
        expect(verifyProof(new Map([...pack, [name, changed]]), [key]).problems.join()).toContain(name);
      }
    }
  });

  test('made up by somebody with a key of their own only agrees with itself', () => {
    const forger = signingKeyFrom(newPrivateKeyPem());
    const forged = fresh();
    forged.set('ledger/keys.pem', Buffer.from(forger.publicKeyPem));
    const manifest = ProofManifest.parse(json(PROOF_MANIFEST));
    const print = fingerprintOf(createPublicKey(forger.publicKeyPem));
    const unsigned = { ...proofPart(manifest), keyId: forger.keyId, fingerprint: print };
    forged.set(PROOF_MANIFEST, Buffer.from(`${canonicalJson({ ...unsigned, signature: forger.sign(unsigned) })}\n`));
    expect(verifyProof(forged, [key]).ok).toBe(false);
    expect(verifyProof(forged, [key]).problems.join()).toContain('not by the one you trust');
  });

  describe('of a run', () => {
    test('that scanned once says that nothing shows what became of it', async () => {
      const run = await belay.startRun();
      await scan(run, [A]);
      const one = await packOf(run.run);
      const report = verifyProof(one, [key]);
      expect(report.ok).toBe(true);
      expect(report.caveats.join('\n')).toMatch(/no scan was made afterwards[^]*/);
      expect(report.caveats.join('\n')).toMatch(/more may happen after this/);
      expect(JSON.parse(one.get('findings-after.json')?.toString() ?? '')).toEqual([]);
      expect(JSON.parse(one.get('controls.json')?.toString() ?? '')).toMatchObject([
        { state: 'not-shown' },
        { state: 'not-shown' },
      ]);
    });

    test('that never scanned still has its decisions and its record', async () => {
      const asked = await belay.approved();
      const report = verifyProof(await packOf(asked.run), [key]);
      expect(report).toMatchObject({ ok: true, of: { decidedBy: [{ decision: 'approve' }] } });
      expect(report.caveats.join()).toContain('no scan was recorded in this run');
    });

    test('that is not known is none', async () => {
      expect(await belay.doors.exportProof('r-00000000')).toBeUndefined();
    });
  });
});
