import { expect, test } from '@jest/globals';
import { anchorPlaces } from '../../../src/platform/configuration/anchor-places.ts';
import { readConfiguration } from '../../../src/platform/configuration/configuration.ts';

test('every kind of place, by comma', () => {
  const list =
    'file:/var/a.jsonl, git:/srv/clone,s3://bucket/some/prefix?retain=365&region=eu-central-1&endpoint=https://minio:9000,' +
    'syslog+udp://logs:514,syslog+tls://[::1]:6514,slack,';
  expect(anchorPlaces.parse(list)).toEqual([
    { kind: 'file', path: '/var/a.jsonl' },
    { kind: 'git', path: '/srv/clone' },
    {
      kind: 's3',
      bucket: 'bucket',
      prefix: 'some/prefix',
      retainDays: 365,
      mode: 'COMPLIANCE',
      region: 'eu-central-1',
      endpoint: 'https://minio:9000',
    },
    { kind: 'syslog', transport: 'udp', host: 'logs', port: 514 },
    { kind: 'syslog', transport: 'tls', host: '::1', port: 6514 },
    { kind: 'slack' },
  ]);
});

test.each([
  ['file:relative', /absolute path/],
  ['file://host/x', /is none of/],
  ['ftp://x', /is none of/],
  ['nonsense', /is none of/],
  ['s3://', /names no bucket|is none of/],
  ['s3://key:secret@bucket', /AWS_ACCESS_KEY_ID/],
  ['s3://b?retain=soon', /number of days/],
  ['s3://b?mode=NONE', /COMPLIANCE or GOVERNANCE/],
  ['s3://b?typo=1', /typo/],
  ['s3://b?endpoint=minio', /http or https/],
  ['syslog+tcp://logs', /host and port/],
  ['syslog://logs:1', /is none of/],
])('"%s" is refused, says what is wrong and does not repeat what may be a secret', (text, said) => {
  const { error } = anchorPlaces.safeParse(`slack,${text}`);
  expect(error?.issues[0]?.message).toMatch(said);
  expect(error?.issues[0]?.message).toMatch(/number 2/);
  expect(error?.issues[0]?.message).not.toContain('key:secret');
});

test('BELAY_ANCHORS is read with the rest, and named when it is wrong', () => {
  expect(readConfiguration({ BELAY_ANCHORS: 'file:/a' }).BELAY_ANCHORS).toEqual([{ kind: 'file', path: '/a' }]);
  expect(() => readConfiguration({ BELAY_ANCHORS: 'x' })).toThrow(/BELAY_ANCHORS/);
});
