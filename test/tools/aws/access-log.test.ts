import { expect, test } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { accessRecord, isRead } from '../../../src/tools/aws/access-log-line.ts';
import { readersOf } from '../../../src/tools/aws/readers.ts';

// The first is AWS's own example.
const EXAMPLE =
  '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes';

test('a line is read as AWS documents it', () => {
  expect(accessRecord(EXAMPLE)).toEqual({
    at: '2019-02-06T00:00:38.000Z',
    bucket: 'amzn-s3-demo-bucket1',
    requester: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
    address: '192.0.2.3',
    operation: 'REST.GET.VERSIONING',
    status: 200,
  });
});

test('nobody named, a quoted request line with quotes in it, and another time zone', () => {
  const line =
    'o shop [27/Nov/2026:12:00:00 +0200] 203.0.113.7 - R REST.GET.OBJECT a%20b.png "GET /a\\"b HTTP/1.1" 403 AccessDenied 243 - 7 - "-" "curl" -';
  expect(accessRecord(line)).toMatchObject({ requester: null, status: 403, at: '2026-11-27T10:00:00.000Z' });
});

test('what is no such line is told from one, whatever it is', () => {
  for (const line of ['', 'x', EXAMPLE.replace('Feb', 'Fev'), EXAMPLE.slice(0, 100)])
    expect(accessRecord(line)).toBeUndefined();
  assert(property(string({ unit: 'binary-ascii' }), (line) => accessRecord(line) === undefined));
});

test('hostile lines come to an end', () => {
  for (const line of [
    `o b [27/Nov/2026:12:00:00 +0000] 1.1.1.1 - R REST.GET.OBJECT k "${'\\'.repeat(50_000)}`,
    'a '.repeat(50_000),
  ])
    expect(accessRecord(line)).toBeUndefined();
});

const record = (more: object = {}) => ({
  at: '2026-11-27T10:00:00.000Z',
  bucket: 'shop',
  requester: null,
  address: '203.0.113.7',
  operation: 'REST.GET.OBJECT',
  status: 200,
  ...more,
});

test('readers: sessions of one role are one reader, strangers are told apart by address, and writers are none', () => {
  const role = 'arn:aws:sts::111122223333:assumed-role/web/';
  const readers = readersOf([
    record({ requester: `${role}one` }),
    record({ requester: `${role}two`, at: '2026-11-27T11:00:00.000Z', status: 206 }),
    record({ status: 403 }),
    record({ status: 404 }),
    record({ address: '203.0.113.8', operation: 'REST.PUT.OBJECT' }),
  ]);
  expect(readers).toEqual([
    {
      who: 'arn:aws:sts::111122223333:assumed-role/web',
      anonymous: false,
      served: 2,
      denied: 0,
      firstAt: '2026-11-27T10:00:00.000Z',
      lastAt: '2026-11-27T11:00:00.000Z',
    },
    expect.objectContaining({ who: 'anonymous from 203.0.113.7', anonymous: true, served: 0, denied: 1 }),
  ]);
});

test.each([
  ['REST.GET.OBJECT', true],
  ['WEBSITE.GET.OBJECT', true],
  ['REST.HEAD.OBJECT', true],
  ['REST.GET.BUCKET', true],
  ['REST.GET.BUCKETPOLICY', false],
  ['REST.PUT.OBJECT', false],
  ['S3.EXPIRE.OBJECT', false],
])('%s reads: %s', (operation, expected) => {
  expect(isRead(record({ operation }))).toBe(expected);
});
