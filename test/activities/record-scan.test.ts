import { describe, expect, test } from '@jest/globals';
import { recordScan } from '../../src/activities/record-scan.ts';
import { type RequestOf, protocol } from '../../src/authority/protocol.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { Failure } from '../../src/domain/failure.ts';
import { findingIdentity } from '../../src/domain/finding.ts';
import { scanDigest } from '../../src/domain/scan.ts';
import { findingOf } from '../support/finding-sample.ts';

const OF = { run: 'r-00000001', execution: 'e', system: 'scanner', connection: 'prowler' };
const SCAN = { scanner: 'prowler', version: '5.46.0', madeAt: '2026-03-01T11:00:00.000Z', duplicates: 0, unusable: [] };

/** An authority that takes what its own protocol takes; `failAt` is the call that fails. */
function taking(failAt = Number.POSITIVE_INFINITY) {
  const asked: RequestOf<'recordScan'>[] = [];
  return {
    asked,
    authority: {
      recordScan: async (request: RequestOf<'recordScan'>) => {
        if (asked.length === failAt) throw new Failure('retry.unreachable', 'the database is away');
        asked.push(protocol.recordScan.request.parse(request));
        return { changes: null };
      },
    },
  };
}

const KEY = ['AKIA', 'QWERTYUIOPASDFGH'].join('');

describe('a scan on its way to the authority', () => {
  test('goes in chunks and is closed last, with the hash of all that went', async () => {
    const { authority, asked } = taking();
    const findings = Array.from({ length: 450 }, (_, at) => findingOf(`b-${at}`));
    await recordScan(authority, OF, { ...SCAN, findings });
    expect(asked.map(({ findings: chunk, close }) => [chunk.length, close?.count])).toEqual([
      [200, undefined],
      [200, undefined],
      [50, undefined],
      [0, 450],
    ]);
    expect(new Set(asked.map(({ scan }) => scan)).size).toBe(1);
    const sent = asked.flatMap((one) => one.findings);
    expect(asked.at(-1)?.close?.digest).toBe(scanDigest(sent.map((one) => digestOf(one))));
  });

  test('never has a chunk that a server would refuse for its size', async () => {
    const { authority, asked } = taking();
    const controls = Array.from({ length: 300 }, (_, at) => ({
      framework: 'F'.repeat(80),
      id: `${at}`.padStart(120, 'x'),
    }));
    await recordScan(authority, OF, {
      ...SCAN,
      findings: Array.from({ length: 60 }, (_, at) => findingOf(`b-${at}`, { controls })),
    });
    for (const request of asked) expect(Buffer.byteLength(JSON.stringify(request))).toBeLessThan(1024 * 1024);
    expect(asked.flatMap((one) => one.findings)).toHaveLength(60);
  });

  test('that breaks off is never closed', async () => {
    const { authority, asked } = taking(1);
    const findings = Array.from({ length: 450 }, (_, at) => findingOf(`b-${at}`));
    await expect(recordScan(authority, OF, { ...SCAN, findings })).rejects.toThrow('the database is away');
    expect(asked.map(({ close }) => close)).toEqual([null]);
  });

  test('carries no secret that the scanner quotes, and still says who each finding is', async () => {
    const { authority, asked } = taking();
    const quoting = findingOf(`s3://${KEY}/x`, { detail: `found ${KEY} in user data`, title: KEY });
    const unusable = [{ where: 'finding 9', why: `its status ${KEY} is not known` }];
    await recordScan(authority, OF, { ...SCAN, findings: [quoting, findingOf('plain')], unusable });
    expect(JSON.stringify(asked)).not.toContain(KEY);
    for (const { identity, scanner, check, account, region, resource } of asked.flatMap((one) => one.findings))
      expect(identity).toBe(findingIdentity({ scanner, check, account, region, resource: resource.uid }));
    expect(asked.at(-1)?.close).toMatchObject({ count: 2, facts: { unusable: 1, problems: [{ where: 'finding 9' }] } });
  });

  test('that found nothing is closed too: that nothing was found is something', async () => {
    const { authority, asked } = taking();
    await recordScan(authority, OF, { ...SCAN, findings: [] });
    expect(asked).toMatchObject([{ findings: [], close: { count: 0 } }]);
  });
});
