import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectAws } from '../../../src/tools/aws/connect.ts';
import { AwsSettings } from '../../../src/tools/aws/settings.ts';
import { transportOf } from '../../../src/tools/aws/transport.ts';
import { unattachedVolumes } from '../../../src/tools/aws/unattached-volumes.ts';
import { type HttpStub, startHttpStub, type StubAnswer } from '../http-stub.ts';
import { contextOf, PROD } from './aws-world.ts';

const before = { ...process.env };
let stub: HttpStub;
beforeEach(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'testing';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'testing';
});
afterEach(async () => {
  process.env = { ...before };
  await stub?.stop();
});

const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::${PROD}:assumed-role/belay/x</Arn><UserId>U</UserId><Account>${PROD}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const xml = { 'content-type': 'text/xml' };
const ec2Error = (code: string, status: number, headers = {}): StubAnswer => ({
  status,
  headers: { ...xml, ...headers },
  body: `<Response><Errors><Error><Code>${code}</Code><Message>said ${code}</Message></Error></Errors><RequestID>1</RequestID></Response>`,
});
const volumeXml = (
  id: string,
): string => `<item><volumeId>${id}</volumeId><size>10</size><availabilityZone>eu-west-1a</availabilityZone>
<status>available</status><createTime>2026-01-01T00:00:00.000Z</createTime><volumeType>gp3</volumeType></item>`;
const page = (id: string, next?: string): StubAnswer => ({
  headers: xml,
  body: `<DescribeVolumesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><volumeSet>${volumeXml(id)}</volumeSet>
${next === undefined ? '' : `<nextToken>${next}</nextToken>`}</DescribeVolumesResponse>`,
});

/** A server that speaks like AWS; the test says what it answers to anything but who it is. */
async function speakingAs(answer: (body: string) => StubAnswer, more: object = {}) {
  stub = await startHttpStub((_request, body) =>
    body.includes('GetCallerIdentity') ? { headers: xml, body: IDENTITY } : answer(body),
  );
  return AwsSettings.parse({ name: 'prod', account: PROD, regions: ['eu-west-1'], endpoint: stub.url, ...more });
}
const volumes = async (settings: AwsSettings) =>
  await unattachedVolumes.read({ region: 'eu-west-1', minAgeDays: 0 }, contextOf(connectAws(settings)));

test('all pages are read, over the wire, in the order AWS gives them', async () => {
  const settings = await speakingAs((body) => (body.includes('NextToken=two') ? page('vol-2') : page('vol-1', 'two')));
  const { items } = await volumes(settings);
  expect(items?.map(({ key }) => key.split('/').at(-1))).toEqual(['vol-1', 'vol-2']);
});

test('a second page that fails fails the whole: half a region is never taken for all of it', async () => {
  const settings = await speakingAs((body) =>
    body.includes('NextToken=two') ? ec2Error('InternalError', 500) : page('vol-1', 'two'),
  );
  await expect(volumes(settings)).rejects.toMatchObject({ type: 'retry.unreachable' });
});

test.each([
  ['RequestLimitExceeded', 503, { 'retry-after': '3' }, { type: 'retry.throttled', retryAfterMs: 3000 }],
  [
    'UnauthorizedOperation',
    403,
    {},
    {
      type: 'stop.forbidden',
      message: expect.stringContaining('connection prod (account 111122223333) may not ec2:DescribeVolumes'),
    },
  ],
])('%s is told once, after one request: nothing is tried again underneath', async (code, status, headers, expected) => {
  const settings = await speakingAs(() => ec2Error(code, status, headers));
  await expect(volumes(settings)).rejects.toMatchObject(expected);
  expect(stub.requests).toHaveLength(2);
});

test('a region without volumes is an empty list', async () => {
  const settings = await speakingAs(() => ({
    headers: xml,
    body: '<DescribeVolumesResponse><volumeSet/></DescribeVolumesResponse>',
  }));
  expect((await volumes(settings)).facts).toMatchObject({ count: 0, complete: true });
});

test.each([
  ['a page of HTML', { headers: { 'content-type': 'text/html' }, body: '<html><body>Not Found</body>' }],
  ['nothing', { headers: xml, body: '' }],
])('an answer that is none of AWS’s (%s) is no empty list of volumes', async (_, answer) => {
  const settings = await speakingAs(() => answer);
  const read = volumes(settings);
  await expect(read).rejects.toMatchObject({ type: expect.stringMatching(/^(stop|retry)\./) });
});

test('an endpoint that does not answer may be tried again, and is not waited for', async () => {
  const settings = await speakingAs(() => 'hang');
  const send = transportOf(settings, 200);
  const asked = send('eu-west-1', 'ec2.DescribeVolumes', {}, AbortSignal.timeout(10_000));
  await expect(asked).rejects.toMatchObject({ type: 'retry.unreachable', message: expect.stringContaining('0.2 s') });
});

test('a cancelled call ends with the reason of whoever cancelled it', async () => {
  const settings = await speakingAs(() => 'hang');
  const cancel = new AbortController();
  const asked = transportOf(settings)('eu-west-1', 'ec2.DescribeVolumes', {}, cancel.signal);
  setTimeout(() => cancel.abort(new Error('the run was cancelled')), 50);
  await expect(asked).rejects.toThrow('the run was cancelled');
});

test('the role of the connection is assumed with its external id, under a session that names the connection', async () => {
  const bodies: string[] = [];
  stub = await startHttpStub((_request, body) => {
    bodies.push(body);
    if (body.includes('AssumeRole'))
      return {
        headers: xml,
        body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>
<SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      };
    return body.includes('GetCallerIdentity') ? { headers: xml, body: IDENTITY } : page('vol-1');
  });
  const role = `arn:aws:iam::${PROD}:role/belay`;
  await volumes(
    AwsSettings.parse({ name: 'prod', role, externalId: 'x-7', regions: ['eu-west-1'], endpoint: stub.url }),
  );
  const assumed = new URLSearchParams(bodies[0]);
  expect(Object.fromEntries(assumed)).toMatchObject({
    RoleArn: role,
    ExternalId: 'x-7',
    RoleSessionName: 'belay-prod',
  });
});

test('a role that may not be assumed says so by name', async () => {
  const role = `arn:aws:iam::${PROD}:role/belay`;
  stub = await startHttpStub(() => ({
    status: 403,
    headers: xml,
    body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/x is not authorized to perform: sts:AssumeRole on resource: it</Message></Error></ErrorResponse>',
  }));
  const settings = AwsSettings.parse({ name: 'prod', role, regions: ['eu-west-1'], endpoint: stub.url });
  await expect(volumes(settings)).rejects.toMatchObject({
    type: 'stop.forbidden',
    message: expect.stringContaining(`connection prod (${role}) may not sts:AssumeRole`),
  });
});

test('a region that the connection is not for is refused before anything is sent', async () => {
  const settings = await speakingAs(() => page('vol-1'));
  const read = unattachedVolumes.read({ region: 'us-east-1', minAgeDays: 0 }, contextOf(connectAws(settings)));
  await expect(read).rejects.toMatchObject({
    type: 'stop.invalid-input',
    message: expect.stringContaining('not for us-east-1'),
  });
  expect(stub.requests).toHaveLength(1);
});
