import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionSettings } from '../../../src/cli/compose/connections.ts';
import { readConfiguration } from '../../../src/platform/configuration/configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-scanners-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (yaml: string) => {
  const path = join(folder, 'scanners.yaml');
  writeFileSync(path, yaml);
  return connectionSettings(readConfiguration({ BELAY_SCANNERS: path }))['scanner'];
};

describe('BELAY_SCANNERS', () => {
  test('names one connection for each source', () => {
    const sources = read(`scanners:
  prowler:
    kind: run
    argv: [prowler, aws, --output-formats, json-ocsf, --output-directory, '{output}', --output-filename, scan]
    output: scan.ocsf.json
    success: [0, 3]
    env: [AWS_REGION]
  nightly: { kind: file, path: /var/scans/last.json, maxAge: 36h }
  trivy: { kind: bucket, bucket: scans, key: trivy.sarif, format: sarif, region: eu-west-1 }
`);
    expect(sources).toMatchObject({
      prowler: { kind: 'run', timeout: '30m', success: [0, 3], format: 'ocsf' },
      nightly: { kind: 'file', maxAge: '36h' },
      trivy: { kind: 'bucket', format: 'sarif' },
    });
  });

  test('is not needed', () => {
    expect(connectionSettings(readConfiguration({}))['scanner']).toBeUndefined();
  });

  test('that is wrong is refused with every problem and its line, before anything starts', () => {
    const wrong = `scanners:
  Prowler: { kind: file, path: /x }
  a: { kind: run, argv: [prowler], output: x }
  b: { kind: file, path: relative }
`;
    expect(() => read(wrong)).toThrow(
      /scanners\.yaml:2: .*lower-case letters[^]*scanners\.yaml:3: .*nowhere says \{output\}[^]*scanners\.yaml:4: .*no absolute path/,
    );
    expect(() => read('scanners: [prowler]')).toThrow('BELAY_SCANNERS cannot be used');
    expect(() => readConfiguration({ BELAY_SCANNERS: join(folder, 'gone.yaml') })).toThrow('cannot be read');
  });
});
