import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountAccess } from './accounts-file.ts';
import { accessTo, accountsFile } from './accounts-file.ts';
import { startAwsServer } from './aws-server.ts';
import type { Faults } from './faults.ts';
import { createFaults } from './faults.ts';
import { startReaders } from './start-readers.ts';
import type { Pace, World } from './world.ts';
import { DEV, PROD } from './worlds/accounts.ts';
import { PARTNER, READER } from './worlds/readers.ts';
import { EXTERNAL_ID, shopAccounts } from './worlds/shop-accounts.ts';

export interface SandboxAwsOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** How long snapshots, new volumes and access logs take; milliseconds. Default: 1 s, 0, 1 s. */
  readonly pace?: Partial<Pace>;
  /** How often the scraper and the reader by role come while a bucket has been opened; milliseconds. Default: never. */
  readonly readEveryMs?: number;
  /** Whether the reader by role is of the bucket's account, or of another and relies on the bucket being public. */
  readonly reader?: 'own' | 'other';
  /** The folder for the accounts file. Default: one of its own, which goes when it stops. */
  readonly folder?: string;
  /** The clock. Default: that of the machine. */
  readonly now?: () => number;
}

/** The keys of a user, as the SDK takes them. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SandboxAws {
  readonly endpoint: string;
  /** By the name of the connection: `prod` and `dev`. */
  readonly accounts: Readonly<Record<'prod' | 'dev', AccountAccess>>;
  /** Of the user `belay` in prod, who may take on the roles of both accounts. */
  readonly credentials: Credentials;
  /** What Belay needs in its environment to use this AWS. */
  readonly env: Readonly<
    Record<
      'AWS_ENDPOINT_URL' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_REGION' | 'BELAY_AWS_ACCOUNTS',
      string
    >
  >;
  /** What is there; stories and tests change it. */
  readonly world: World;
  /** Lets requests fail. */
  readonly faults: Faults;
  stop(): Promise<void>;
}

/**
 * Starts a small AWS on the loopback interface that the real SDK speaks with: EC2 volumes and what refers to them, S3's
 * public access and access logs, STS, CloudWatch and Cost Explorer. All in this process and in memory.
 * @throws the system's error when the port is taken; nothing is left running then
 */
export async function startSandboxAws(options: SandboxAwsOptions = {}): Promise<SandboxAws> {
  const world = shopAccounts(options.pace, options.now);
  const faults = createFaults();
  const server = await startAwsServer(world, faults, options.port ?? 0);
  const stops: (() => unknown)[] = [() => server.stop()];
  const user = world.keyring.addUser(PROD.id, 'belay');
  const [prod, dev] = [PROD, DEV].map(({ id }) => world.accounts.get(id));
  if (!prod || !dev) throw new Error('the sandbox has lost an account');
  const accounts = { prod: accessTo(prod), dev: accessTo(dev, EXTERNAL_ID) };
  const folder = options.folder ?? ownFolder(stops);
  const file = join(folder, 'aws-accounts.yaml');
  writeFileSync(file, accountsFile(accounts), { mode: 0o600 });
  if (options.readEveryMs !== undefined) {
    const reader = options.reader === 'other' ? PARTNER : READER;
    stops.push(startReaders(world, server.url, reader, options.readEveryMs));
  }
  return {
    endpoint: server.url,
    accounts,
    credentials: { accessKeyId: user.id, secretAccessKey: user.secret },
    env: {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: user.id,
      AWS_SECRET_ACCESS_KEY: user.secret,
      AWS_REGION: PROD.regions[0] ?? 'us-east-1',
      BELAY_AWS_ACCOUNTS: file,
    },
    world,
    faults,
    stop: async () => {
      for (const stop of stops.splice(0).toReversed()) await stop();
    },
  };
}

function ownFolder(stops: (() => unknown)[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'belay-sandbox-aws-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
