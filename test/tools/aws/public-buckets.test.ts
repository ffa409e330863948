import { expect, test } from '@jest/globals';
import { ListItem } from '../../../src/domain/list-item.ts';
import { bucketReaders } from '../../../src/tools/aws/bucket-readers.ts';
import { deniedReaders } from '../../../src/tools/aws/denied-readers.ts';
import { publicBuckets } from '../../../src/tools/aws/public-buckets.ts';
import { ACCOUNT, awsError, bodyOf, contextWith, fakeAws, itemOf, REGION, type Script } from './fake-aws.ts';

const PUBLIC: Script = {
  's3.GetPublicAccessBlock': () => {
    throw awsError('NoSuchPublicAccessBlockConfiguration', 404);
  },
  's3.GetBucketPolicy': () => ({ Policy: '{"Statement":[]}' }),
  's3.GetBucketPolicyStatus': () => ({ PolicyStatus: { IsPublic: true } }),
  's3.GetBucketAcl': () => ({ Grants: [] }),
  's3.GetBucketTagging': () => {
    throw awsError('NoSuchTagSet', 404);
  },
  's3.GetBucketLogging': () => ({}),
};
const line = (time: string, { bucket = 'shop', requester = '-', address = '203.0.113.7', status = 200 } = {}): string =>
  `o ${bucket} [${time} +0000] ${address} ${requester} R REST.GET.OBJECT k "GET /k HTTP/1.1" ${status} - 1 - 1 - "-" "ua" -`;

/** A bucket that logs into `logs`: files by name, as S3 names them. */
const logging = (files: Readonly<Record<string, string>>, format = {}): Script => ({
  's3.GetBucketLogging': () => ({ LoggingEnabled: { TargetBucket: 'logs', TargetPrefix: 'shop/', ...format } }),
  's3.ListObjectsV2': ({ StartAfter = '', Prefix = '' }) => ({
    Contents: Object.keys(files)
      .filter((key) => key.startsWith(Prefix) && key > StartAfter)
      .toSorted()
      .map((Key) => ({ Key, Size: files[Key]?.length ?? 0 })),
  }),
  's3.GetObject': ({ Key = '' }) => {
    const text = files[Key];
    if (text === undefined) throw awsError('NoSuchKey', 404);
    return { Body: bodyOf(text) };
  },
});
const confirm = async (script: Script, items = [itemOf('bucket', 'shop')]) =>
  await publicBuckets.read(
    { list: 'findings', days: 7 },
    contextWith(fakeAws({ ...PUBLIC, ...script }).client, { items }),
  );

test('a public bucket becomes an item with why, who reads it and what would be done; its finding stays with it', async () => {
  const finding = { identity: 'sha256:x', check: 's3_bucket_public_access' };
  const script = {
    ...logging({
      'shop/2026-11-27-10-00-00-A': [
        line('27/Nov/2026:09:59:00'),
        line('27/Nov/2026:09:59:30', { requester: `arn:aws:iam::${ACCOUNT}:user/ada` }),
      ].join('\n'),
      'shop/2026-11-01-10-00-00-A': line('01/Nov/2026:09:59:00', { address: '198.51.100.1' }),
    }),
    's3.GetBucketAcl': () => ({
      Grants: [
        {
          Grantee: { Type: 'Group' as const, URI: 'http://acs.amazonaws.com/groups/global/AllUsers' },
          Permission: 'READ' as const,
        },
      ],
    }),
    's3.GetBucketTagging': () => ({
      TagSet: [
        { Key: 'Owner', Value: 'ada' },
        { Key: 'DataClass', Value: 'public' },
      ],
    }),
  };
  const reading = await confirm(script, [itemOf('bucket', 'shop', { facts: { finding }, owner: 'somebody' })]);
  expect(publicBuckets.facts.parse(reading.facts)).toEqual(reading.facts);
  expect(reading.facts).toEqual({ looked: 1, count: 1, withoutLog: 0, readAnonymously: 1, notPublic: [], gone: [] });
  expect(reading.items).toEqual([
    {
      key: `aws:${ACCOUNT}/${REGION}/bucket/shop`,
      title: `bucket shop in ${REGION}: its policy is public; its ACL grants READ to everybody`,
      owner: 'ada',
      money: null,
      facts: {
        bucket: 'shop',
        region: REGION,
        public: ['its policy is public', 'its ACL grants READ to everybody'],
        readers: [
          expect.objectContaining({ who: 'anonymous from 203.0.113.7', served: 1 }),
          expect.objectContaining({ who: `arn:aws:iam::${ACCOUNT}:user/ada`, anonymous: false }),
        ],
        readerCount: 2,
        anonymousReaders: 1,
        logging: true,
        tags: { dataClass: 'public' },
        finding,
      },
      action: { tool: 'aws.s3_block_public_access', args: { region: REGION, bucket: 'shop' } },
    },
  ]);
  ListItem.omit({ connection: true }).parse(reading.items?.[0]);
});

const ALL = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
test.each([
  ['its policy is not public', { 's3.GetBucketPolicyStatus': () => ({ PolicyStatus: { IsPublic: false } }) }],
  [
    'its block restricts the policy',
    {
      's3.GetPublicAccessBlock': () => ({ PublicAccessBlockConfiguration: { RestrictPublicBuckets: true } }),
    },
  ],
  ['everything is blocked', { 's3.GetPublicAccessBlock': () => ({ PublicAccessBlockConfiguration: ALL }) }],
])('a bucket is no item when %s, whatever a scanner said', async (_, script) => {
  expect(await confirm(script)).toMatchObject({
    items: [],
    facts: { looked: 1, count: 0, notPublic: [`bucket shop in ${REGION}`] },
  });
});

test('a block that still lets the policy in does not make it private', async () => {
  const script: Script = {
    's3.GetPublicAccessBlock': () => ({ PublicAccessBlockConfiguration: { ...ALL, RestrictPublicBuckets: false } }),
  };
  expect((await confirm(script)).facts.count).toBe(1);
});

test('one that is gone is named; one that may not be read fails by name, and is never taken for private', async () => {
  const gone: Script = {
    's3.GetBucketAcl': () => {
      throw awsError('NoSuchBucket', 404);
    },
  };
  expect(await confirm(gone)).toMatchObject({ facts: { gone: [`bucket shop in ${REGION}`] }, items: [] });
  const denied: Script = {
    's3.GetBucketPolicyStatus': () => {
      throw awsError('AccessDenied', 403);
    },
  };
  await expect(confirm(denied)).rejects.toMatchObject({
    type: 'stop.forbidden',
    message: expect.stringContaining('s3:GetBucketPolicyStatus'),
  });
});

test.each([
  ['no status of its policy', { 's3.GetBucketPolicyStatus': () => ({}) }],
  ['no grants', { 's3.GetBucketAcl': () => ({}) }],
  ['no settings', { 's3.GetPublicAccessBlock': () => ({}) }],
])('half an answer (%s) is no answer', async (_, script) => {
  await expect(confirm(script)).rejects.toMatchObject({ type: 'stop.unsupported' });
});

test.each([100, 1_200, 1_700, 2_000])(
  'facts stay within 2 KiB beside a finding of %i bytes, with as many readers as fit',
  async (bytes) => {
    const finding = { detail: 'x'.repeat(bytes) };
    const log = Array.from({ length: 9 }, (_, at) =>
      line('27/Nov/2026:09:59:00', { requester: `arn:aws:iam::1:user/${'u'.repeat(120)}${at}` }),
    );
    const { items } = await confirm(logging({ 'shop/2026-11-27-10-00-00-A': log.join('\n') }), [
      itemOf('bucket', 'shop', { facts: { finding } }),
    ]);
    const facts = items?.[0]?.facts ?? {};
    expect(Buffer.byteLength(JSON.stringify(facts))).toBeLessThanOrEqual(2048);
    expect(facts).toMatchObject({ readerCount: 9, ...(bytes < 2_000 ? { finding } : { findingLeftOut: true }) });
    expect(Array.isArray(facts['readers']) && facts['readers'].length).toBe(
      { 100: 4, 1_200: 2, 1_700: 0, 2_000: 0 }[bytes],
    );
  },
);

test('without a log nobody knows who reads it, and that is said', async () => {
  const reading = await confirm({});
  expect(reading.facts.withoutLog).toBe(1);
  expect(reading.items?.[0]?.facts).toMatchObject({ logging: false, readers: [], readerCount: 0 });
});

test('readers of one bucket: of its own lines alone, within the time, in either way that S3 names files', async () => {
  const files = (prefix: string) => ({
    [`${prefix}2026-11-27-10-00-00-A`]: [
      line('27/Nov/2026:09:00:00'),
      line('27/Nov/2026:09:00:01', { bucket: 'other' }),
      line('20/Nov/2026:09:00:01', { address: '198.51.100.1' }),
      'no line of a log',
    ].join('\n'),
  });
  const read = async (script: Script) =>
    await bucketReaders.read(
      { region: REGION, bucket: 'shop', since: '2026-11-26T00:00:00Z' },
      contextWith(fakeAws({ ...PUBLIC, ...script }).client),
    );
  const simple = await read(logging(files('shop/')));
  expect(bucketReaders.facts.parse(simple.facts)).toEqual(simple.facts);
  expect(simple.facts).toMatchObject({
    logging: true,
    count: 1,
    anonymous: 1,
    requests: 1,
    unreadable: 1,
    complete: true,
  });
  const partitioned = { TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: 'EventTime' as const } } };
  const folders = await read(logging(files(`shop/${ACCOUNT}/${REGION}/shop/2026/11/27/`), partitioned));
  expect(folders.facts).toEqual(simple.facts);
  expect((await read({})).facts).toMatchObject({ logging: false, count: 0, complete: false });
});

test('of a log with too many files a sample is read, spread over the time, and it says so', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 500 }, (_, at) => [
      `shop/2026-11-27-${String(Math.floor(at / 60)).padStart(2, '0')}-${String(at % 60).padStart(2, '0')}-00-A`,
      line('27/Nov/2026:00:00:00', { address: `10.0.0.${at % 250}` }),
    ]),
  );
  const { client, asked } = fakeAws({ ...PUBLIC, ...logging(files) });
  const { facts } = await bucketReaders.read(
    { region: REGION, bucket: 'shop', since: '2026-11-26T12:00:00Z' },
    contextWith(client),
  );
  const read = asked.filter(({ operation }) => operation === 's3.GetObject').map(({ input }) => JSON.stringify(input));
  expect(read).toHaveLength(60);
  expect(read.at(-1)).toContain('2026-11-27-08-19');
  expect(facts).toMatchObject({ complete: false, requests: 60 });
});

test('a log file that a lifecycle rule took away in between is missing, not a failure', async () => {
  const script = logging({ 'shop/2026-11-27-10-00-00-A': line('27/Nov/2026:09:00:00') });
  const { client } = fakeAws({
    ...PUBLIC,
    ...script,
    's3.GetObject': () => {
      throw awsError('NoSuchKey', 404);
    },
  });
  const { facts } = await bucketReaders.read(
    { region: REGION, bucket: 'shop', since: '2026-11-26T00:00:00Z' },
    contextWith(client),
  );
  expect(facts).toMatchObject({ count: 0, complete: false });
});

const denials = async (script: Script, items = [itemOf('bucket', 'shop')]) =>
  await deniedReaders.read(
    { list: 'done', since: '2026-11-27T08:00:00Z' },
    contextWith(fakeAws({ ...PUBLIC, ...script }).client, { items }),
  );
const ada = `arn:aws:iam::${ACCOUNT}:user/ada`;

test('denied is who was served before and is refused now; a stranger who was never served is not', async () => {
  const reading = await denials(
    logging({
      'shop/2026-11-27-07-30-00-A': [
        line('27/Nov/2026:07:00:00', { requester: ada }),
        line('27/Nov/2026:07:00:00'),
      ].join('\n'),
      'shop/2026-11-27-09-30-00-A': [
        line('27/Nov/2026:09:00:00', { requester: ada, status: 403 }),
        line('27/Nov/2026:09:00:01', { status: 403 }),
        line('27/Nov/2026:09:00:02', { address: '198.51.100.66', status: 403 }),
      ].join('\n'),
    }),
  );
  expect(deniedReaders.facts.parse(reading.facts)).toEqual(reading.facts);
  expect(reading.facts).toMatchObject({
    withRecords: 1,
    silent: 0,
    withoutLog: 0,
    deniedIdentified: 1,
    deniedAnonymous: 1,
    complete: true,
  });
  expect(reading.facts.denied.map(({ who }) => who)).toEqual(['anonymous from 203.0.113.7', ada]);
});

test('who was seen reading when the list was made counts as served before, also where that log is gone by now', async () => {
  const facts = { readers: [{ who: ada, anonymous: false, served: 3 }] };
  const script = logging({
    'shop/2026-11-27-09-30-00-A': line('27/Nov/2026:09:00:00', { requester: ada, status: 403 }),
  });
  expect((await denials(script, [itemOf('bucket', 'shop', { facts })])).facts.deniedIdentified).toBe(1);
});

test('no log, a log that says nothing yet, and nobody denied are three different answers', async () => {
  const none = await denials({});
  expect(none.facts).toMatchObject({
    withoutLog: 1,
    silent: 0,
    withRecords: 0,
    withoutLogNames: [`bucket shop in ${REGION}`],
    denied: [],
  });
  const silent = await denials(logging({}));
  expect(silent.facts).toMatchObject({ withoutLog: 0, silent: 1, withRecords: 0, denied: [] });
  const fine = await denials(
    logging({ 'shop/2026-11-27-09-30-00-A': line('27/Nov/2026:09:00:00', { requester: ada }) }),
  );
  expect(fine.facts).toMatchObject({ withoutLog: 0, silent: 0, withRecords: 1, denied: [] });
});
