import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { doctorLines } from '../../src/cli/doctor.ts';
import { readConfiguration } from '../../src/platform/configuration/configuration.ts';
import { freePort, portOf } from '../support/free-ports.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function answering(status: number, body: unknown): Promise<string> {
  const started = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  servers.push(started);
  await once(started.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${portOf(started)}`;
}

const of = async (what: string, env: NodeJS.ProcessEnv) =>
  (await doctorLines(readConfiguration(env))).find((finding) => finding.what === what);

test('what is not configured is a note, never a failure', async () => {
  const findings = await doctorLines(readConfiguration({}));
  expect(findings.length).toBeGreaterThan(5);
  expect(findings.filter(({ how }) => how !== 'note')).toEqual([]);
});

test('what does not answer is named, each by itself', async () => {
  const dead = `127.0.0.1:${await freePort()}`;
  const env = {
    DATABASE_URL: `postgres://x@${dead}/x`,
    TEMPORAL_ADDRESS: dead,
    SLACK_BOT_TOKEN: 'xoxb-secret',
    SLACK_APP_TOKEN: 'xapp-secret',
    SLACK_API_URL: `http://${dead}`,
    KUBECONFIG: '/nowhere',
    PROMETHEUS_URL: `http://${dead}`,
    BELAY_MODEL: 'm',
    OPENAI_BASE_URL: `http://${dead}`,
  };
  const findings = await doctorLines(readConfiguration(env));
  const names = findings.filter(({ how }) => how === 'bad').map(({ what }) => what);
  expect(names).toEqual(['database', 'Temporal', 'Slack', 'model', 'cluster', 'Prometheus']);
  expect(JSON.stringify(findings)).not.toContain('secret');
});

test('a token that Slack refuses, and a missing channel, are said', async () => {
  const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
  const refusing = await answering(200, { ok: false, error: 'invalid_auth' });
  expect(await of('Slack', { ...slack, SLACK_API_URL: refusing })).toMatchObject({
    how: 'bad',
    text: expect.stringContaining('invalid_auth'),
  });
  const good = await answering(200, { ok: true, user: 'belay', team: 'Shop' });
  const env = { ...slack, SLACK_API_URL: good };
  expect(await of('Slack', env)).toMatchObject({ how: 'bad', text: expect.stringContaining('BELAY_SLACK_CHANNEL') });
  expect(await of('Slack', { ...env, BELAY_SLACK_CHANNEL: 'C012345' })).toMatchObject({
    how: 'ok',
    text: 'knows us as belay in Shop',
  });
});

test('a schedule file that holds says what is due next; one that does not, what is wrong, by line and field', async () => {
  const folder = temporaryFolder('doctor');
  const file = join(folder, 'schedules.yaml');
  const entry = (cron: string, input: string) =>
    `schedules:\n  - { name: weekly, runbook: cost/unattached-volumes, cron: "${cron}", timezone: UTC, input: ${input} }\n`;
  writeFileSync(file, entry('0 8 * * 1', '{ grace: 7d }'));
  expect(await of('schedules', { BELAY_SCHEDULES: file })).toMatchObject({
    how: 'ok',
    text: expect.stringMatching(/^1 hold; next is weekly at \d{4}-.*T08:00:00.000Z$/),
  });
  writeFileSync(file, entry('0 8 * * 1', '{ grace: soon, speed: 9 }'));
  const { how, text } = (await of('schedules', { BELAY_SCHEDULES: file })) ?? {};
  expect(how).toBe('bad');
  for (const part of ['schedules.yaml:2: weekly: input.grace: ', 'input.speed: is not an input of'])
    expect(text).toContain(part);
  writeFileSync(file, entry('0 8 * *', '{}'));
  expect(await of('schedules', { BELAY_SCHEDULES: file })).toMatchObject({
    how: 'bad',
    text: expect.stringContaining('schedules.0.cron: has not five fields'),
  });
  rmSync(folder, { recursive: true });
});

test.each([
  [200, 'ok'],
  [401, 'ok'],
  [503, 'bad'],
])('a model endpoint that answers %i is %s: it is there, whoever it lets in', async (status, how) => {
  const env = { BELAY_MODEL: 'm', OPENAI_BASE_URL: await answering(status, {}) };
  expect(await of('model', env)).toMatchObject({ how });
});

test('an AWS region without a credential that works is said, with the connection’s name', async () => {
  const before = { ...process.env };
  try {
    const said = `<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no such key</Message></Error></ErrorResponse>`;
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_ENDPOINT_URL: await answering(403, said),
    });
    expect(await of('AWS', { AWS_REGION: 'eu-west-1' })).toMatchObject({
      how: 'bad',
      text: expect.stringContaining('does not take the credential of connection default'),
    });
  } finally {
    process.env = before;
  }
});
