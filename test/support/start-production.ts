import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { newPrivateKeyPem, signingKeyFrom } from '../../src/authority/keys/signing-key.ts';
import { freePort } from './free-ports.ts';
import { type BelayProcess, startBelayProcess } from './start-belay-process.ts';
import { createDatabase } from './start-postgres.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

/** The queues of the split that tests run; each has a token of its own. */
export const QUEUES = ['runbooks', 'tools.kubernetes.default', 'tools.prometheus.default'] as const;
export type TestQueue = (typeof QUEUES)[number];

export interface ProductionOptions {
  readonly temporal: string;
  readonly kubeconfig: string;
  readonly prometheus: string;
}

/** A place set up for production: roles, secrets and a build; its processes are started one by one. */
export interface Production {
  readonly url: string;
  readonly folder: string;
  /** Of the database, as each role. */
  readonly database: Readonly<Record<'owner' | 'server' | 'hooks', string>>;
  readonly serverEnv: Readonly<Record<string, string>>;
  readonly workerEnv: (queue: TestQueue) => Readonly<Record<string, string>>;
  readonly tokenOf: (queue: TestQueue) => string;
  /** Runs a command to its end. */
  readonly run: (
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ) => Promise<{ code: number; output: string }>;
  readonly startServer: () => Promise<BelayProcess>;
  readonly startWorker: (queue: TestQueue) => Promise<BelayProcess & { readonly health: string }>;
  /** As the person whose token it is. */
  readonly api: (path: string, body?: unknown) => Promise<{ status: number; body: any }>; // oxlint-disable-line typescript/no-explicit-any
  readonly query: (role: 'owner' | 'server' | 'hooks', sql: string) => Promise<Record<string, unknown>[]>;
  /** What runs now, in the order of its start. */
  readonly running: () => readonly BelayProcess[];
  readonly stop: () => Promise<void>;
}

/** Alerts of the test lead to proposals that need not wait minutes, with metrics that are always good. */
const ROUTES = {
  routes: [
    {
      match: { alertname: 'HighErrorRate' },
      runbook: 'remediation/bad-deploy',
      mode: 'propose',
      input: { window: '1s', stabilise: '6s', errorRatioQuery: 'max(shop_error_ratio)', requestsQuery: 'vector(100)' },
    },
  ],
};

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

/** A database of its own, and three roles that only it knows: who owns the tables, the server, a hooks door. */
async function prepareDatabase() {
  const admin = await createDatabase();
  const mark = randomBytes(4).toString('hex');
  const as = (role: string): string => Object.assign(new URL(admin), { username: `${role}_${mark}` }).href;
  const database = { owner: as('belay_owner'), server: as('belay_server'), hooks: as('belay_hooks') };
  for (const url of Object.values(database)) await query(admin, `create role ${new URL(url).username} login`);
  await query(admin, `alter database ${new URL(admin).pathname.slice(1)} owner to ${new URL(database.owner).username}`);
  return database;
}

/** Prepares everything that an operator would, and builds; takes some five seconds. */
export async function prepareProduction({ temporal, kubeconfig, prometheus }: ProductionOptions): Promise<Production> {
  const folder = temporaryFolder('production');
  const processes: BelayProcess[] = [];
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const database = await prepareDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const token = randomBytes(24).toString('base64url');
  const pem = newPrivateKeyPem();
  mkdirSync(join(folder, 'keys'));
  file('keys/authority.pem', pem);
  file('keys/blobs.key', randomBytes(32).toString('base64'));
  const publicKey = file('authority.pub', signingKeyFrom(pem).publicKeyPem);
  const payloadKeys = file('payload.keys', `k1 ${randomBytes(32).toString('base64')}\n`);
  const tokens = new Map(QUEUES.map((queue) => [queue, randomBytes(24).toString('base64url')]));
  const tokenOf = (queue: TestQueue): string => tokens.get(queue) ?? '';
  const hashes = [...tokens].map(([queue, secret]) => [queue, createHash('sha256').update(secret).digest('hex')]);
  const shared = {
    TEMPORAL_ADDRESS: temporal,
    BELAY_PAYLOAD_KEY_FILE: payloadKeys,
    BELAY_BUILD: join(folder, 'build'),
  };
  const serverEnv = {
    ...shared,
    DATABASE_URL: database.server,
    BELAY_PORT: String(port),
    BELAY_KEYS: join(folder, 'keys'),
    BELAY_TOKEN_FILE: file('token', token),
    BELAY_TOKEN_PERSON: 'api:oncall',
    BELAY_APPROVERS: 'api:oncall',
    BELAY_WORKER_TOKENS_FILE: file('worker-tokens.json', JSON.stringify(Object.fromEntries(hashes))),
    BELAY_ROUTES: file('routes.yaml', stringify(ROUTES)),
    BELAY_HOOK_ALERTMANAGER_TOKEN: 'hook-token',
  };
  const credentials = {
    runbooks: {},
    'tools.kubernetes.default': { KUBECONFIG: kubeconfig, BELAY_AUTHORITY_KEY_FILE: publicKey },
    'tools.prometheus.default': { PROMETHEUS_URL: prometheus, BELAY_AUTHORITY_KEY_FILE: publicKey },
  };
  const workerEnv = (queue: TestQueue) => ({
    ...shared,
    ...credentials[queue],
    BELAY_AUTHORITY_URL: url,
    BELAY_WORKER_TOKEN: tokenOf(queue),
  });
  const start = async (name: string, args: string[], env: Record<string, string>, probe: string) => {
    const started = startBelayProcess(args, env);
    processes.push(started);
    await until(`${name} is up`, async () => (await fetch(probe)).ok, {
      within: 60_000,
      giveUp: () => (started.child.exitCode === null ? undefined : started.output()),
    });
    return started;
  };
  const running = (): BelayProcess[] =>
    processes.filter(({ child }) => child.exitCode === null && child.signalCode === null);
  const run = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const started = startBelayProcess(args, env);
    processes.push(started);
    return { code: await started.ended, output: started.output() };
  };
  const built = await run(['build', '--out', shared.BELAY_BUILD], {});
  if (built.code !== 0) throw new Error(built.output);

  return {
    url,
    folder,
    database,
    serverEnv,
    workerEnv,
    tokenOf,
    run,
    startServer: () => start('the server', ['server'], serverEnv, `${url}/readyz`),
    startWorker: async (queue) => {
      const healthPort = await freePort();
      const health = `http://127.0.0.1:${healthPort}/healthz`;
      const env = { ...workerEnv(queue), BELAY_HEALTH_PORT: String(healthPort) };
      return { ...(await start(queue, ['worker', '--queue', queue], env, health)), health };
    },
    api: async (path, body) => {
      const response = await fetch(`${url}${path}`, {
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    query: (role, sql) => query(database[role], sql),
    running,
    stop: async () => {
      await Promise.all(running().map((one) => one.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
