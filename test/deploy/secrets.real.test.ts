import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { parse } from 'yaml';
import { rotateKey } from '../../src/authority/keys/key-folder.ts';
import { publicKeysIn } from '../../src/authority/keys/verify-signature.ts';
import { keysGivenIn } from '../../src/cli/compose/keys.ts';
import { connectionsOf, readWorkerTokens } from '../../src/cli/compose/worker-tokens.ts';
import { readPayloadKeys } from '../../src/platform/temporal/payload-keys.ts';
import { describeReal } from '../support/parts.ts';
import { type RunningPostgres, startPostgres } from '../support/start-postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = temporaryFolder('secrets');
const secrets = join(folder, 'deploy/secrets');
const secret = (name: string): string => readFileSync(join(secrets, name), 'utf8').trim();
const make = (): void => void execFileSync(join(folder, 'deploy/make-secrets'), { stdio: 'pipe' });

beforeAll(() => {
  mkdirSync(join(folder, 'deploy'));
  cpSync(join(ROOT, 'deploy/make-secrets'), join(folder, 'deploy/make-secrets'));
  make();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every secret that the compose file asks for is made, but those only an operator has', () => {
  const file = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true });
  const asked = Object.values<{ file: string }>(file.secrets).map((one) => one.file.replace('./deploy/secrets/', ''));
  expect(asked.length).toBeGreaterThan(15);
  expect(asked.filter((name) => !readdirSync(secrets).includes(name))).toEqual([
    'worker-token-tools.aws.default',
    'aws-accounts.yaml',
    'aws-credentials',
    'kubeconfig',
    'openai-api-key',
  ]);
});

test('nobody else can read them, and none is the same as another', () => {
  const names = readdirSync(secrets);
  expect(statSync(secrets).mode & 0o077).toBe(0);
  expect(names.filter((name) => (statSync(join(secrets, name)).mode & 0o077) !== 0)).toEqual([]);
  expect(new Set(names.map(secret)).size).toBe(names.length);
});

test('they are what the processes take', () => {
  const keys = keysGivenIn(secrets);
  expect(keys.signing.publicKeyPem.trim()).toBe(secret('authority.pub'));
  expect(readPayloadKeys(join(secrets, 'payload.keys'))).toHaveLength(1);
  const tokens = readWorkerTokens(join(secrets, 'worker-tokens.json'));
  expect(tokens['agents']).toBe(createHash('sha256').update(secret('worker-token-agents')).digest('hex'));
  expect(connectionsOf(tokens)).toEqual({ kubernetes: ['default'], prometheus: ['default'] });
  expect(secret('worker-tokens.json')).not.toContain(secret('worker-token-runbooks'));
});

test('an AWS account has its queue, and runs count on it, once its file is there', () => {
  writeFileSync(join(secrets, 'aws-accounts.yaml'), 'accounts: {}', { mode: 0o600 });
  make();
  const tokens = readWorkerTokens(join(secrets, 'worker-tokens.json'));
  expect(connectionsOf(tokens)).toMatchObject({ aws: ['default'] });
  const token = secret('worker-token-tools.aws.default');
  expect(tokens['tools.aws.default']).toBe(createHash('sha256').update(token).digest('hex'));
  rmSync(join(secrets, 'aws-accounts.yaml'));
  make();
  expect(connectionsOf(readWorkerTokens(join(secrets, 'worker-tokens.json')))).not.toHaveProperty('aws');
});

test('after a rotation the retired key is handed out with the new one, to the server and to who checks', () => {
  const { keyId } = keysGivenIn(secrets).signing;
  const { adopted } = rotateKey(secrets);
  make();
  const ring = [...publicKeysIn(secret('authority.pub')).keys()];
  expect(ring).toEqual([adopted, keyId]);
  expect([...publicKeysIn(secret('retired.pem')).keys()]).toEqual([keyId]);
  expect([...publicKeysIn(keysGivenIn(secrets).signing.ringPem).keys()]).toEqual(ring);
  rmSync(join(secrets, 'retired'), { recursive: true });
});

test('made again, what is there stays, and what was removed is new', () => {
  const [key, token] = [secret('authority.pem'), secret('worker-token-agents')];
  rmSync(join(secrets, 'worker-token-agents'));
  make();
  expect(secret('authority.pem')).toBe(key);
  expect(secret('worker-token-agents')).not.toBe(token);
  const hash = createHash('sha256').update(secret('worker-token-agents')).digest('hex');
  expect(readWorkerTokens(join(secrets, 'worker-tokens.json'))['agents']).toBe(hash);
  const env = readFileSync(join(folder, '.env'), 'utf8');
  expect(env.match(/^BELAY_UID=\d+$/gm)).toHaveLength(1);
});

const psql = spawnSync('psql', ['--version']).status === 0;
describeReal('the roles that PostgreSQL starts with', ['postgres'], () => {
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  (psql ? test : test.skip)('are one that owns the tables and one that does not, apart from Temporal', async () => {
    const { hostname, port } = new URL(postgres.url);
    const env = { ...process.env, SECRETS: secrets, PGHOST: hostname, PGPORT: port, PGDATABASE: 'postgres' };
    execFileSync(join(ROOT, 'deploy/postgres/init.sh'), { env, stdio: 'pipe' });
    const as = async (user: string, database: string, sql: string) => {
      const client = new Client({ host: hostname, port: Number(port), user, database });
      try {
        await client.connect();
        return (await client.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await client.end();
      }
    };
    await as('belay_owner', 'belay', 'create schema belay');
    await expect(as('belay_server', 'belay', 'create schema mine')).rejects.toThrow('permission denied');
    await expect(as('temporal', 'belay', 'select 1')).rejects.toThrow('permission denied');
    await expect(as('belay_server', 'temporal', 'select 1')).rejects.toThrow('permission denied');
    const [row] = await as(
      'postgres',
      'postgres',
      "select rolpassword, rolsuper from pg_authid where rolname = 'belay_server'",
    );
    expect(row).toMatchObject({ rolsuper: false, rolpassword: expect.stringMatching(/^SCRAM-SHA-256/) });
  });
});

test('a half-made secret is no secret: it is made anew', () => {
  writeFileSync(join(secrets, 'api-token'), '');
  make();
  expect(secret('api-token').length).toBeGreaterThan(40);
});
