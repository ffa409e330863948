import { describe, expect, test } from '@jest/globals';
import { createWorld } from '../../../sandbox/aws/world.ts';
import { logLine, writeLog } from '../../../sandbox/aws/s3/access-log.ts';
import type { LoggedRequest } from '../../../sandbox/aws/s3/access-log.ts';
import { bucketNamed, EXPORTS, putBuckets } from '../../../sandbox/aws/worlds/buckets.ts';

const request: LoggedRequest = {
  at: Date.parse('2026-02-06T00:00:38Z'),
  from: '192.0.2.3',
  requester: 'arn:aws:sts::111122223333:assumed-role/reader/session',
  id: '3e57427f-3ea5-4bd0-9a0c-000000000000',
  operation: 'REST.GET.OBJECT',
  key: 'photos/2026 08/puppy.jpg',
  uri: 'GET /photos/2026%2008/puppy.jpg HTTP/1.1',
  status: 200,
  error: undefined,
  bytes: 2662,
  agent: 'curl/8 "x"',
};
const bucket = { name: 'shop', account: '111122223333', region: 'eu-west-1' };
/** As programs split such a line: by spaces, but for what is quoted or in brackets. */
const fields = (line: string): string[] => line.match(/"[^"]*"|\[[^\]]*\]|\S+/g) ?? [];

describe('a line of the access log', () => {
  test('has the fields that S3 documents, in their order', () => {
    const line = fields(logLine(bucket, request));
    expect(line).toHaveLength(26);
    expect(line.slice(1, 13)).toEqual([
      'shop',
      '[06/Feb/2026:00:00:38 +0000]',
      '192.0.2.3',
      'arn:aws:sts::111122223333:assumed-role/reader/session',
      '3E57427F3EA54BD0',
      'REST.GET.OBJECT',
      'photos/2026%2008/puppy.jpg',
      '"GET /photos/2026%2008/puppy.jpg HTTP/1.1"',
      '200',
      '-',
      '2662',
      '2662',
    ]);
    expect(line.slice(16, 17)).toEqual(['"curl/8 %22x%22"']);
    expect(line.slice(19, 24)).toEqual([
      'SigV4',
      'TLS_AES_128_GCM_SHA256',
      'AuthHeader',
      'shop.s3.eu-west-1.amazonaws.com',
      'TLSv1.3',
    ]);
  });

  test('has a dash for what there is not: a requester, a key, an error, bytes', () => {
    const refused = { ...request, requester: undefined, key: undefined, status: 403, error: 'AccessDenied', bytes: 0 };
    const line = fields(logLine(bucket, refused));
    expect(line).toHaveLength(26);
    expect([line[4], line[7], line[9], line[10], line[11], line[19], line[21]]).toEqual([
      '-',
      '-',
      '403',
      'AccessDenied',
      '-',
      '-',
      '-',
    ]);
  });
});

test('a log bucket keeps two thousand objects: a sandbox that runs for days does not grow', () => {
  const world = createWorld([], { snapshot: 0, volume: 0, accessLog: 0 });
  putBuckets(world);
  const { objects } = bucketNamed(world, 'shop-access-logs-eu');
  for (let count = 0; count < 2100; count += 1)
    writeLog(world, bucketNamed(world, EXPORTS), [{ at: 0, line: `line ${count}` }], count * 1000);
  expect(objects.size).toBe(2000);
  expect([...objects.values()].at(-1)?.body.toString()).toBe('line 2099\n');
  expect([...objects.values()].at(0)?.body.toString()).toBe('line 100\n');
});
