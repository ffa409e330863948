import { describe, expect, test } from '@jest/globals';
import { ListItem } from '../../../src/domain/list-item.ts';
import type { ScannerClient } from '../../../src/tools/scanner/connect.ts';
import { findings } from '../../../src/tools/scanner/findings.ts';
import { parseOcsf } from '../../../src/tools/scanner/parse-ocsf.ts';
import { changed, PROWLER, prowlerElements } from './samples.ts';

const NOW = new Date('2026-11-27T12:00:00.000Z');
const PUBLIC = 'aws:123456789012/us-east-1/bucket/acme-public';

const clientOf = (text: string): ScannerClient => ({
  live: true,
  scan: async () => ({ ...(await parseOcsf('scan.json', text)), madeAt: NOW }),
});

function read(
  args: object,
  from: string | ScannerClient = PROWLER,
  list?: (name: string) => Promise<readonly ListItem[]>,
) {
  const client = typeof from === 'string' ? clientOf(from) : from;
  const context = {
    client,
    connection: 'prowler',
    signal: new AbortController().signal,
    now: () => NOW,
  };
  return findings.read(findings.input.parse(args), list ? { ...context, list } : context);
}

/** One failing finding of a bucket, by its number. */
const failing = (at: number, changes: Readonly<Record<string, unknown>> = {}) =>
  changed(prowlerElements()[2] ?? {}, {
    'resources.0.uid': `arn:aws:s3:::b-${at}`,
    'resources.0.name': `b-${at}`,
    ...changes,
  });

describe('scanner.findings', () => {
  test('gives one item for each failing resource, by the key that an action on it locks', async () => {
    const { facts, items = [], summary } = await read({});
    expect(items.map(({ key, owner, action }) => ({ key, owner, action }))).toEqual([
      { key: PUBLIC, owner: null, action: null },
    ]);
    expect(items[0]?.title).toMatch(/^acme-public in us-east-1: /);
    expect(items[0]?.facts).toMatchObject({
      finding: {
        check: 's3_bucket_public_access',
        status: 'FAIL',
        account: '123456789012',
        moreControls: expect.any(Number),
      },
      checks: ['s3_bucket_public_access'],
    });
    expect(facts).toMatchObject({
      scanner: 'prowler',
      version: '5.46.0',
      madeAt: NOW.toISOString(),
      counts: { FAIL: 1, PASS: 3, MANUAL: 0, MUTED: 0 },
      matching: 1,
      resources: 1,
      silent: [],
    });
    expect(summary).toBe('prowler: 1 FAIL findings about 1 resources');
  });

  test('puts several findings of one resource into one item, with the worst on top', async () => {
    const text = JSON.stringify([
      failing(1, { 'metadata.event_code': 'low_one', severity: 'Low' }),
      failing(1, { 'metadata.event_code': 'bad_one', severity: 'Critical' }),
      failing(2, { severity: 'Medium' }),
    ]);
    const { items = [], facts } = await read({}, text);
    expect(facts).toMatchObject({ matching: 3, resources: 2 });
    expect(items.map(({ facts: known }) => known)).toMatchObject([
      { finding: { check: 'bad_one' }, checks: ['bad_one', 'low_one'] },
      { finding: { check: 's3_bucket_public_access' } },
    ]);
  });

  test('is narrowed by checks, status, resources and lists, and hands the whole scan on all the same', async () => {
    const passing = await read({ status: 'PASS', checks: ['s3_bucket_public_access'] });
    expect(passing.items?.map(({ key }) => key)).toEqual(['aws:123456789012/us-east-1/bucket/acme-private']);
    expect((await read({ resources: ['aws:1/x/bucket/other'] })).facts).toMatchObject({
      matching: 0,
      counts: { PASS: 0 },
    });
    const [item] = (await read({})).items ?? [];
    const asList = async (name: string) => (name === 'public' && item ? [{ ...item, connection: 'prowler' }] : []);
    expect((await read({ list: 'public' }, PROWLER, asList)).facts.counts).toMatchObject({ FAIL: 1, PASS: 1 });
    expect((await read({ list: 'other' }, PROWLER, asList)).facts.matching).toBe(0);
    await expect(read({ list: 'public' })).rejects.toMatchObject({ type: 'stop.invalid-input' });
    expect(passing.scan?.findings).toHaveLength(4);
  });

  test('says of which checks the scan says nothing: that is no pass', async () => {
    const { facts, content, summary } = await read({ checks: ['s3_bucket_public_access', 's3_account_level'] });
    expect(facts.silent).toEqual(['s3_account_level']);
    expect(content).toContain('silent: the scan says nothing of s3_account_level');
    expect(summary).toContain('nothing said of s3_account_level');
  });

  test('says what it could not use', async () => {
    const text = JSON.stringify([failing(1), failing(2, { resources: [] })]);
    const { facts, content } = await read({}, text);
    expect(facts).toMatchObject({ unusable: 1, problems: [{ where: 'finding 2' }] });
    expect(content).toContain('not used: finding 2: s3_bucket_public_access names no resource');
  });

  test('keeps its facts and each item small, however long the scanner’s words are', async () => {
    const long = { status_detail: 'x'.repeat(5000), 'finding_info.title': 'y'.repeat(5000) };
    const controls = { PCI: Array.from({ length: 200 }, (_, at) => `${at}.1`) };
    const elements = Array.from({ length: 20 }, (_, at) =>
      failing(at, { ...long, 'unmapped.compliance': controls, 'metadata.event_code': `c_${'z'.repeat(190)}` }),
    );
    const { facts, items = [] } = await read(
      { checks: Array.from({ length: 200 }, (_, at) => `${'q'.repeat(190)}${at}`), status: 'PASS' },
      JSON.stringify(elements),
    );
    expect(Buffer.byteLength(JSON.stringify(facts))).toBeLessThan(16 * 1024);
    expect(items).toEqual([]);
    const failed = await read({}, JSON.stringify(elements));
    expect(failed.items).toHaveLength(20);
    for (const item of failed.items ?? []) {
      expect(ListItem.safeParse({ ...item, connection: 'x' }).error).toBeUndefined();
      expect(Buffer.byteLength(JSON.stringify(item.facts))).toBeLessThan(2048);
    }
    expect(Buffer.byteLength(JSON.stringify(failed.facts))).toBeLessThan(16 * 1024);
  });

  test('refuses more resources than one decision can be about', async () => {
    const { findings: one } = await parseOcsf('x', JSON.stringify([failing(1)]));
    const all = Array.from({ length: 5001 }, (_, at) =>
      one.map((same) => ({ ...same, key: `aws:1/eu/bucket/${at}` })),
    ).flat();
    const client = {
      live: true,
      scan: async () => ({ scanner: 'x', version: null, findings: all, duplicates: 0, unusable: [], madeAt: NOW }),
    };
    await expect(read({}, client)).rejects.toThrow('5001 resources match, at most 5000');
  });

  test.each([{ checks: ['a b'] }, { checks: [] }, { checks: ['$(id)'] }, { status: 'fail' }, { argv: ['rm'] }])(
    'does not take %j',
    (args) => {
      expect(findings.input.safeParse(args).success).toBe(false);
    },
  );
});
