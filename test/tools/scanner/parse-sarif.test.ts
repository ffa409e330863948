import { describe, expect, test } from '@jest/globals';
import { parseSarif } from '../../../src/tools/scanner/parse-sarif.ts';
import { sarifOf, sarifResult } from './samples.ts';

const parse = (...results: Parameters<typeof sarifResult>[0][]) =>
  parseSarif('x.sarif', sarifOf(results.map(sarifResult)));

describe('a SARIF log', () => {
  test('gives findings about files, with the rule’s words, severity and requirements', async () => {
    const { findings, scanner, version, unusable } = await parse({});
    expect({ scanner, version, unusable }).toEqual({ scanner: 'trivy', version: '0.70.0', unusable: [] });
    expect(findings).toEqual([
      expect.objectContaining({
        check: 'AVD-AWS-0086',
        title: 'S3 Access block should block public ACL',
        status: 'FAIL',
        severity: 'critical',
        account: null,
        resource: { uid: 'infra/main.tf', name: 'infra/main.tf', type: 'file' },
        key: 'trivy:-/-/file/infra%2Fmain.tf',
        detail: 'No public access block',
        controls: [{ framework: 'CIS 3.0', id: '2.1.4' }],
      }),
    ]);
  });

  test.each<[string, Parameters<typeof sarifResult>[0], string]>([
    ['passes', { kind: 'pass' }, 'PASS'],
    ['must be looked at', { kind: 'review' }, 'MANUAL'],
    ['is open', { kind: 'open' }, 'MANUAL'],
    ['is suppressed', { suppressions: [{ kind: 'external', status: 'accepted' }] }, 'MUTED'],
    [
      'was to be suppressed, and somebody said no',
      { suppressions: [{ kind: 'external', status: 'rejected' }] },
      'FAIL',
    ],
  ])('knows a result that %s', async (_, result, status) => {
    expect((await parse(result)).findings[0]?.status).toBe(status);
  });

  test('takes a resource by its full name where there is one, the rule by its index, and a result twice as one', async () => {
    const logical = [{ logicalLocations: [{ fullyQualifiedName: 'arn:aws:s3:::logs', kind: 'resource' }] }];
    const { findings, duplicates } = await parse({ locations: logical }, { locations: logical });
    expect(duplicates).toBe(1);
    expect(findings[0]).toMatchObject({ key: 'trivy:-/-/bucket/logs', resource: { type: 'resource' } });
    const named = sarifOf([{ ruleIndex: 0, message: { text: '' }, locations: logical }]);
    expect((await parseSarif('x', named)).findings[0]?.check).toBe('AVD-AWS-0086');
  });

  test('says of each result that it cannot use where it stands and why', async () => {
    const { findings, unusable } = await parse(
      {},
      { locations: [] },
      { ruleId: undefined, ruleIndex: undefined },
      { locations: [{}] },
      { kind: 'notApplicable' },
    );
    expect(findings).toHaveLength(1);
    expect(unusable).toEqual([
      { where: 'run 1, result 2', why: 'AVD-AWS-0086 names no place' },
      { where: 'run 1, result 3', why: 'it names no rule' },
      { where: 'run 1, result 4', why: 'AVD-AWS-0086 names no place' },
    ]);
  });

  test('without findings is one, and a run that did not finish is none', async () => {
    expect((await parse()).findings).toEqual([]);
    await expect(parse({ locations: [] })).rejects.toThrow('x.sarif: none of its 1 results can be used');
    const unfinished = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Trivy' } } }] });
    await expect(parseSarif('x.sarif', unfinished)).rejects.toThrow('x.sarif: a run of it has no results');
  });

  test.each<[string, string, string]>([
    ['another version', sarifOf([]).replace('2.1.0', '2.0.0'), 'SARIF version 2.0.0 is not known; 2.1.0 is'],
    ['something else', '{"hello":1}', 'it is no SARIF log'],
    ['half a log', sarifOf([sarifResult()]).slice(0, 300), 'x.sarif is half-written: it ends at line 1, column 301'],
    ['a run without a tool', '{"version":"2.1.0","runs":[{"results":[]}]}', 'a run of it names no tool'],
    [
      'two tools',
      JSON.stringify({
        version: '2.1.0',
        runs: ['Trivy', 'Checkov'].map((name) => ({ tool: { driver: { name } }, results: [] })),
      }),
      'it is of several tools (Trivy, Checkov)',
    ],
  ])('that is %s is refused, saying so', async (_, text, why) => {
    await expect(parseSarif('x.sarif', text)).rejects.toThrow(why);
  });
});
