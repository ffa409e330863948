import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { digestOf } from '../../../src/domain/digest.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { scanDigest } from '../../../src/domain/scan.ts';
import { type AuthorityFixture, type RunRef, startAuthority } from '../../support/authority-fixture.ts';
import { findingOf } from '../../support/finding-sample.ts';
import { describeReal } from '../../support/parts.ts';
import { tamper } from '../../support/tamper.ts';

const HOUR = 3_600_000;

describeReal('a scan', ['postgres'], () => {
  let belay: AuthorityFixture;
  let of: RunRef;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  beforeEach(async () => {
    await tamper(belay.db, 'delete from findings').catch(() => undefined);
    of = await belay.startRun();
    belay.forward(HOUR);
  });
  afterAll(() => belay.close());

  const closeOf = (findings: readonly Finding[], madeAt: string | null = null) => ({
    facts: { scanner: 'prowler', version: '5.46.0', madeAt, unusable: 1, problems: [], duplicates: 2 },
    count: findings.length,
    digest: scanDigest(findings.map((one) => digestOf(one))),
  });
  const chunk = (scan: string, findings: Finding[], close: ReturnType<typeof closeOf> | null = null) =>
    belay.authority.recordScan({ ...of, scan, system: 'scanner', connection: 'prowler', findings, close });
  const scanned = async (findings: Finding[], madeAt: string | null = null) =>
    (await chunk(randomUUID(), findings, closeOf(findings, madeAt))).changes;
  const known = () =>
    belay.db
      .selectFrom('findings')
      .select(['key', 'state', 'first_seen', 'last_seen', 'gone_at', 'reopened'])
      .orderBy('key')
      .execute();
  const now = () => belay.context.now();

  const A = findingOf('a');
  const B = findingOf('b');
  const passing = (finding: Finding): Finding => ({ ...finding, status: 'PASS' });

  test('says what is new, still there, gone, and back again', async () => {
    const first = now();
    expect(await scanned([A, B])).toEqual({ fresh: 2, still: 0, gone: 0, reopened: 0 });
    belay.forward(HOUR);
    const second = now();
    expect(await scanned([A, passing(B)])).toEqual({ fresh: 0, still: 1, gone: 1, reopened: 0 });
    belay.forward(HOUR);
    const third = now();
    expect(await scanned([A, B])).toEqual({ fresh: 0, still: 1, gone: 0, reopened: 1 });
    expect(await known()).toEqual([
      { key: A.key, state: 'open', first_seen: first, last_seen: third, gone_at: null, reopened: 0 },
      { key: B.key, state: 'open', first_seen: first, last_seen: third, gone_at: null, reopened: 1 },
    ]);
    expect(second < third).toBe(true);
  });

  test('is what people see of findings: those that are open, or gone, of one check where they ask for one', async () => {
    const other = findingOf('c', { check: 's3_other' });
    await scanned([A, B, other]);
    await scanned([A, passing(B), other]);
    const keys = async (filter: Parameters<typeof belay.doors.findings>[0]) => {
      const { findings, count } = await belay.doors.findings(filter);
      expect(count).toBe(findings.length);
      return findings.map(({ finding }) => finding.key).toSorted();
    };
    expect(await keys({})).toEqual([A.key, other.key]);
    expect(await keys({ check: 's3_other' })).toEqual([other.key]);
    expect(await keys({ gone: true })).toEqual([B.key]);
    const { findings } = await belay.doors.findings({ gone: true });
    expect(findings[0]).toMatchObject({ state: 'gone', goneAt: expect.any(String), reopened: 0 });
  });

  test('is recorded once for the run, with counts and a hash over all of it', async () => {
    const findings = [A, B, passing(findingOf('c'))];
    await scanned(findings, '2026-03-01T11:00:00.000Z');
    const entries = (await belay.doors.ledger(of.run)).filter(({ kind }) => kind === 'scan.recorded');
    expect(entries.map(({ body }) => body)).toEqual([
      {
        scan: expect.any(String),
        source: 'scanner.prowler',
        scanner: 'prowler',
        version: '5.46.0',
        madeAt: '2026-03-01T11:00:00.000Z',
        counts: { FAIL: 2, PASS: 1, MANUAL: 0, MUTED: 0 },
        changes: { fresh: 2, still: 0, gone: 0, reopened: 0 },
        unusable: 1,
        duplicates: 2,
        digest: closeOf(findings).digest,
      },
    ]);
  });

  test('in chunks says nothing until it is closed: a half scan closes no finding', async () => {
    await scanned([A, B]);
    const before = await known();
    belay.forward(HOUR);
    const scan = randomUUID();
    const rest = [passing(A), passing(B)];
    expect(await chunk(scan, rest.slice(0, 1))).toEqual({ changes: null });
    expect(await known()).toEqual(before);
    expect(await chunk(scan, rest.slice(1))).toEqual({ changes: null });
    expect(await known()).toEqual(before);
    expect((await chunk(scan, [], closeOf(rest))).changes).toMatchObject({ gone: 2 });
  });

  test('of which a part is missing, or came otherwise than it was sent, is not closed', async () => {
    await scanned([A, B]);
    const before = await known();
    const scan = randomUUID();
    await chunk(scan, [passing(A)]);
    await expect(chunk(scan, [], closeOf([passing(A), passing(B)]))).rejects.toThrow(
      'has come with 1 of its 2 findings',
    );
    await expect(chunk(scan, [], { ...closeOf([passing(A)]), digest: digestOf('other') })).rejects.toThrow(
      'has not come as it was sent',
    );
    expect(await known()).toEqual(before);
    expect((await belay.kinds(of.run)).filter((kind) => kind === 'scan.recorded')).toHaveLength(1);
  });

  test('sent again, chunk by chunk or whole, is the same scan: nothing is counted twice', async () => {
    const scan = randomUUID();
    const findings = [A, B];
    await chunk(scan, findings);
    await chunk(scan, findings);
    const first = await chunk(scan, [], closeOf(findings));
    expect(await chunk(scan, [], closeOf(findings))).toEqual(first);
    expect((await belay.kinds(of.run)).filter((kind) => kind === 'scan.recorded')).toHaveLength(1);
  });

  test.each<[string, (finding: Finding) => Finding[]]>([
    ['says nothing of its check', () => [findingOf('z', { check: 's3_other' })]],
    ['says nothing of its account', () => [findingOf('z', { account: '999999999999' })]],
    ['says nothing of its region', () => [findingOf('z', { region: 'us-east-1' })]],
    ['was told to look away from it', (finding) => [{ ...finding, status: 'MUTED' }]],
    ['cannot tell', (finding) => [{ ...finding, status: 'MANUAL' }]],
    ['found nothing at all', () => []],
  ])('that %s leaves a finding as it was', async (_, next) => {
    await scanned([A]);
    belay.forward(HOUR);
    expect(
      await scanned(next(A).map((one) => (one.resource.uid === A.resource.uid ? one : passing(one)))),
    ).toMatchObject({
      gone: 0,
    });
    expect((await known()).find(({ key }) => key === A.key)?.state).toBe('open');
  });

  test('that looked in the same place and found only others says that it is gone', async () => {
    await scanned([A]);
    expect(await scanned([passing(B)])).toMatchObject({ gone: 1 });
  });

  test('that is older than what is known changes nothing, however late it is read', async () => {
    const stale = now().toISOString();
    belay.forward(HOUR);
    await scanned([A, passing(B)]);
    belay.forward(HOUR);
    expect(await scanned([passing(A)], stale)).toMatchObject({ gone: 0 });
    await scanned([passing(A)]);
    expect(await scanned([A], stale)).toEqual({ fresh: 0, still: 0, gone: 0, reopened: 0 });
    expect((await known()).find(({ key }) => key === A.key)).toMatchObject({ state: 'gone', reopened: 0 });
  });

  test('whose findings are not who they say, or that is another run’s, is refused', async () => {
    const forged = { ...A, resource: { ...A.resource, uid: 'arn:aws:s3:::other' } };
    await expect(chunk(randomUUID(), [forged])).rejects.toMatchObject({ type: 'stop.invalid-input' });
    const scan = randomUUID();
    await chunk(scan, [A]);
    const other = await belay.startRun();
    await expect(
      belay.authority.recordScan({
        ...other,
        scan,
        system: 'scanner',
        connection: 'prowler',
        findings: [],
        close: closeOf([A]),
      }),
    ).rejects.toThrow('of another run or source');
    await expect(
      belay.authority.recordScan({
        ...of,
        scan,
        system: 'scanner',
        connection: 'nightly',
        findings: [],
        close: closeOf([A]),
      }),
    ).rejects.toThrow('of another run or source');
  });

  test('of a run that is over is not taken', async () => {
    await belay.authority.finish({ ...of, outcome: 'fixed', summary: 'done' });
    await expect(scanned([A])).rejects.toMatchObject({ type: 'stop.unknown-run' });
  });

  test('of 10,000 findings is closed at once, before the test is given up', async () => {
    const template = JSON.stringify(findingOf('many'));
    const scan = randomUUID();
    const all = Array.from({ length: 10_000 }, (_, at) => findingOf(`many-${at}`));
    // By the database's own hand, which is quicker than 100 calls.
    for (let at = 0; at < all.length; at += 5000)
      await belay.db.transaction().execute(async (trx) => {
        await trx
          .insertInto('scans')
          .values({
            id: scan,
            run: of.run,
            source: 'scanner.prowler',
            state: 'open',
            facts: null,
            digest: null,
            changes: null,
            opened_at: now(),
            closed_at: null,
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        await trx
          .insertInto('scan_findings')
          .values(
            all.slice(at, at + 5000).map((finding) => ({
              scan,
              identity: finding.identity,
              status: finding.status,
              check_id: finding.check,
              account: finding.account,
              region: finding.region,
              finding: template,
              digest: finding.identity,
            })),
          )
          .execute();
      });
    const close = { ...closeOf([]), count: all.length, digest: scanDigest(all.map(({ identity }) => identity)) };
    expect((await chunk(scan, [], close)).changes).toMatchObject({ fresh: 10_000 });
  });
});
