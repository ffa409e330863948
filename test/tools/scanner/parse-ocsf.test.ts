import { describe, expect, test } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, integer, jsonValue, oneof } from 'fast-check';
import { parseOcsf } from '../../../src/tools/scanner/parse-ocsf.ts';
import { changed, PROWLER, prowlerElements } from './samples.ts';

const parse = (...elements: unknown[]) => parseOcsf('scan.json', JSON.stringify(elements));
const first = (changes: Readonly<Record<string, unknown>>) => changed(prowlerElements()[0] ?? {}, changes);

const real = await parseOcsf('scan.ocsf.json', PROWLER);

describe('what Prowler writes', () => {
  const { findings, scanner, version, unusable, duplicates } = real;

  test('is taken whole: who, what, where, and how bad', async () => {
    expect({ scanner, version, unusable, duplicates }).toEqual({
      scanner: 'prowler',
      version: '5.46.0',
      unusable: [],
      duplicates: 0,
    });
    const of = findings.map(({ status, check, resource, key }) => [status, check, resource.name, key]);
    expect(of).toEqual([
      ['PASS', 's3_bucket_policy_public_write_access', 'acme-public', 'aws:123456789012/us-east-1/bucket/acme-public'],
      [
        'PASS',
        's3_bucket_policy_public_write_access',
        'acme-private',
        'aws:123456789012/us-east-1/bucket/acme-private',
      ],
      ['FAIL', 's3_bucket_public_access', 'acme-public', 'aws:123456789012/us-east-1/bucket/acme-public'],
      ['PASS', 's3_bucket_public_access', 'acme-private', 'aws:123456789012/us-east-1/bucket/acme-private'],
    ]);
  });

  test('maps its checks to frameworks by the names that auditors use', async () => {
    const failing = findings.find(({ status }) => status === 'FAIL');
    const frameworks = [...new Set(findings.flatMap(({ controls }) => controls.map(({ framework }) => framework)))];
    expect(frameworks).toEqual(expect.arrayContaining(['PCI DSS 4.0', 'ISO 27001:2022', 'HIPAA']));
    expect(failing?.controls).toContainEqual({ framework: 'PCI DSS 4.0', id: '1.3.1.37' });
  });

  test('says the same as JSON lines, and as one finding alone', async () => {
    const lines = prowlerElements().map((one) => JSON.stringify(one));
    expect((await parseOcsf('x', `${lines.join('\n')}\n\n`)).findings).toEqual(findings);
    expect((await parseOcsf('x', lines[0] ?? '')).findings).toEqual(findings.slice(0, 1));
  });

  test('is the same finding in the next scan, whatever that scan calls it, when it was made, and how it words it', async () => {
    const later = await parse(
      first({
        'finding_info.uid': 'prowler-2027-01-01T00:00:00Z-77',
        'finding_info.title': 'Another title',
        time_dt: '2027-01-01T00:00:00',
        severity: 'Low',
        status_code: 'FAIL',
        'metadata.product.version': '6.0.0',
        'unmapped.scan_id': 'another',
      }),
    );
    expect(later.findings[0]?.identity).toBe(findings[0]?.identity);
  });

  test.each([
    ['another check', { 'metadata.event_code': 's3_other' }],
    ['another account', { 'cloud.account.uid': '999999999999' }],
    ['another region', { 'resources.0.region': 'eu-west-1' }],
    ['another resource', { 'resources.0.uid': 'arn:aws:s3:::other' }],
    ['another scanner', { 'metadata.product.uid': 'steampipe' }],
  ])('is another finding with %s', async (_, changes) => {
    expect((await parse(first(changes))).findings[0]?.identity).not.toBe(findings[0]?.identity);
  });
});

describe('what cannot be used', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['no resource', { resources: [] }, 's3_bucket_policy_public_write_access names no resource'],
    ['a resource without a name', { resources: [{ region: 'us-east-1' }] }, 'names no resource'],
    ['no check', { 'metadata.event_code': '', 'finding_info.analytic': undefined }, 'it names no check'],
    ['a status nobody knows', { status_code: 'PERHAPS' }, 'its status_code PERHAPS is not known'],
    ['another version', { 'metadata.version': '2.0.0' }, 'OCSF version 2.0.0 is not known; 1.x is'],
    ['another class', { class_uid: 4001 }, 'OCSF class 4001 is no finding of a check (2003, 2004)'],
    ['no metadata', { metadata: undefined }, 'metadata: Invalid input'],
    ['a number for a resource', { resources: [7] }, 'resources.0: Invalid input'],
    ['a check too long', { 'metadata.event_code': 'x'.repeat(300) }, 'check: Too big'],
  ])('is counted and named, and the rest is taken: %s', async (_, changes, why) => {
    const { findings, unusable } = await parse(first(changes), ...prowlerElements().slice(1));
    expect(findings).toHaveLength(3);
    expect(unusable).toEqual([{ where: 'finding 1', why: expect.stringContaining(why) }]);
  });

  test.each<[string, unknown, string]>([
    [
      'control ids that their framework cannot have',
      { SOC2: ['cc_6_1', 'sock_9'] },
      'unknown controls, kept as they are: SOC 2 sock_9',
    ],
    ['no list of controls', { 'CIS-6.0': 'all' }, 'its controls of CIS-6.0 are no list of names'],
    ['no map at all', 'SOC2', 'its compliance map is no map'],
  ])('does not cost the finding: %s', async (_, compliance, why) => {
    const { findings, unusable } = await parse(first({ 'unmapped.compliance': compliance }));
    expect(findings).toHaveLength(1);
    expect(unusable).toEqual([{ where: 'finding 1', why: expect.stringContaining(why) }]);
  });

  test('is nothing about a framework that is not known: it keeps its name and its ids', async () => {
    const { findings, unusable } = await parse(first({ 'unmapped.compliance': { 'KISA-ISMS-P-2023': ['2.6.1'] } }));
    expect(findings[0]?.controls).toEqual([{ framework: 'KISA-ISMS-P-2023', id: '2.6.1' }]);
    expect(unusable).toEqual([]);
  });

  test('is a duplicate, which is counted; of two words on one resource the worse stands', async () => {
    const [one = {}] = prowlerElements();
    const { findings, duplicates } = await parse(one, changed(one, { status_code: 'FAIL' }), one);
    expect(duplicates).toBe(2);
    expect(findings.map(({ status }) => status)).toEqual(['FAIL']);
  });

  test('is what the scanner was told to look away from: it is muted, not passed', async () => {
    expect((await parse(first({ status: 'Suppressed', status_code: 'FAIL' }))).findings[0]?.status).toBe('MUTED');
  });

  test('is everything: then it is an error that says why', async () => {
    await expect(parse(first({ 'metadata.version': '2.0.0' }), 7)).rejects.toThrow(
      'scan.json: none of its 2 elements can be used: finding 1: OCSF version 2.0.0 is not known; 1.x is; finding 2:',
    );
    expect((await parse()).findings).toEqual([]);
  });
});

describe('output that the scanner did not finish', () => {
  test('is an error that says where it ends, wherever that is', async () => {
    const text = JSON.stringify(prowlerElements());
    await assert(
      asyncProperty(integer({ min: 1, max: text.length - 1 }), async (end) => {
        await expect(parseOcsf('scan.json', text.slice(0, end))).rejects.toThrow(
          /^scan\.json is (half-written: it ends at|not JSON)/,
        );
      }),
      { numRuns: 50 },
    );
    await expect(parseOcsf('scan.json', text.slice(0, 1000))).rejects.toThrow(
      'scan.json is half-written: it ends at line 1, column 1001, in the middle of a value',
    );
  });

  test('is one in JSON lines too, by its line; a bad line in the middle costs itself alone', async () => {
    const [one = '', two = ''] = prowlerElements().map((element) => JSON.stringify(element));
    await expect(parseOcsf('x', `${one}\n${two.slice(0, 50)}`)).rejects.toThrow(
      'x is half-written: it ends at line 2, column 51',
    );
    const { findings, unusable } = await parseOcsf('x', `${one}\n{"half":\n${two}\n`);
    expect(findings).toHaveLength(2);
    expect(unusable).toEqual([{ where: 'line 2', why: 'it is no JSON' }]);
  });
});

test('whatever JSON it is given, it gives findings or says what is wrong, and never more than it read', async () => {
  await assert(
    asyncProperty(array(oneof(jsonValue(), constantFrom(...prowlerElements())), { maxLength: 8 }), async (elements) => {
      try {
        const { findings, duplicates, unusable } = await parse(...elements);
        expect(findings.length + duplicates).toBeLessThanOrEqual(elements.length);
        expect(findings.length + duplicates + unusable.length).toBeGreaterThanOrEqual(elements.length);
      } catch (error) {
        expect(error).toMatchObject({ type: 'stop.unsupported', message: expect.stringMatching(/^scan\.json/) });
      }
    }),
    { numRuns: 200 },
  );
});
