import { createHooksServer } from '../../api/server.ts';
import { createDoors } from '../../authority/create-doors.ts';
import { verifiedSequence } from '../../authority/ledger/verified-sequence.ts';
import { simpleBundle } from '../../authority/bundle/simple-bundle.ts';
import type { SigningKey } from '../../authority/keys/signing-key.ts';
import type { Manifest } from '../../domain/manifest.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { connect } from '../../platform/database/connect.ts';
import { grantTo, SERVER_GRANTS } from '../../platform/database/grants.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { schemaState } from '../../platform/database/schema-state.ts';
import { CliError } from '../../platform/problem.ts';
import { encryptedConverter } from '../../platform/temporal/payload-codec.ts';
import { readPayloadKeys } from '../../platform/temporal/payload-keys.ts';
import { temporalAddress } from '../../platform/temporal/temporal-connection.ts';
import { linkTemporal } from '../../platform/temporal/temporal-link.ts';
import { buildOf, placed, readManifest } from './build-folder.ts';
import { keysGivenIn } from './keys.ts';
import { type Patience, patiently } from './patience.ts';
import { unlessRefused } from './unless-refused.ts';
import { routeTable } from './route-table.ts';
import { hostNames, listen, startServer } from './server.ts';
import { connectionsOf, readWorkerTokens } from './worker-tokens.ts';

/** A server of production at work. */
export interface ProductionServer {
  readonly url: string;
  /** Person ids; empty means that nobody can approve. */
  readonly approvers: readonly string[];
  stop(): Promise<void>;
}

/** Brings the schema up to date where this process may; refuses one that this version cannot work with. */
async function readyDatabase({ DATABASE_URL: url = '', DATABASE_MIGRATION_URL: owner }: Configuration): Promise<void> {
  if (owner !== undefined) await bringUpToDate(owner, url);
  const { missing, unknown } = await schemaState(url);
  if (missing.length > 0)
    throw new CliError(
      `The database lacks ${missing.join(', ')}; run \`belay migrate\` with DATABASE_MIGRATION_URL (the role that owns the tables), then start again.`,
      2,
    );
  if (unknown.length > 0)
    throw new CliError(`The database was brought to ${unknown.join(', ')} by a newer Belay; run that version.`, 2);
}

/** Migrates as the owner and gives the server's role what it needs, unless they are one. */
export async function bringUpToDate(owner: string, server: string): Promise<void> {
  await migrate(owner);
  const role = decodeURIComponent(new URL(server).username);
  if (role !== '' && role !== decodeURIComponent(new URL(owner).username)) await grantTo(owner, role, SERVER_GRANTS);
}

/** The key ids and the converter that encrypt what Temporal is given; undefined where no key file is named. */
export function payloadProtection({ BELAY_PAYLOAD_KEY_FILE: file }: Configuration) {
  if (file === undefined) return undefined;
  const keys = readPayloadKeys(file);
  return { ids: keys.map((key) => key.id), converter: encryptedConverter(keys) };
}

/**
 * The authority with all its doors. Waits for the database and for nothing else: alerts are taken while Temporal or Slack
 * are down. @throws CliError for what is wrong (exit 2) or not there in time (exit 3).
 */
export async function startProductionServer(
  configuration: Configuration,
  patience: Patience,
): Promise<ProductionServer> {
  const { log } = patience;
  const address = temporalAddress(configuration);
  const {
    DATABASE_URL: databaseUrl,
    BELAY_KEYS: folder,
    BELAY_TOKEN: token,
    BELAY_WORKER_TOKENS_FILE: file,
  } = configuration;
  if (!address || !databaseUrl || !folder || !token || !file)
    throw new Error('the configuration was read for a server');
  const workerTokens = readWorkerTokens(file);
  const manifest = placed(readManifest(configuration.BELAY_BUILD), connectionsOf(workerTokens));
  const keys = keysGivenIn(folder, configuration.BELAY_SIGNING_KEY);
  const protection = payloadProtection(configuration);
  if (!protection)
    log.warn('BELAY_PAYLOAD_KEY_FILE is not set: whoever reads Temporal reads inputs and evidence summaries');
  await patiently('the database', () => unlessRefused(() => readyDatabase(configuration)), patience);
  const temporal = linkTemporal(address, configuration.TEMPORAL_NAMESPACE, protection?.converter);
  const person = configuration.BELAY_TOKEN_PERSON ?? 'api:token';
  try {
    const server = await startServer({
      configuration,
      databaseUrl,
      keys,
      token,
      manifest,
      temporal,
      person: { id: person, name: person },
      solo: false,
      observeOnly: false,
      workerTokens,
      welcome: () => ({
        keyId: keys.signing.keyId,
        build: buildOf(manifest),
        payloadKey: protection?.ids[0] ?? null,
      }),
      secretive: protection !== undefined,
      log,
      // A log is read by more people than may sign in; a terminal has one in front of it.
      announceCode: (code) => void (process.stdout.isTTY && process.stderr.write(`Sign in once with ${code}\n`)),
    });
    log.info(
      { keyId: keys.signing.keyId, queues: Object.keys(workerTokens), runbooks: manifest.runbooks.length },
      'authority ready',
    );
    return {
      url: server.url,
      approvers: server.approvers,
      stop: async () => {
        await server.stop();
        await temporal.close();
      },
    };
  } catch (error) {
    await temporal.close();
    throw error;
  }
}

const refuse = (): never => {
  throw new Error('the hooks door holds no signing key');
};
const NO_KEY: SigningKey = { keyId: 'none', publicKeyPem: '', ringPem: '', sign: refuse, verify: refuse };

/** The hooks door alone: verifies and stores alerts, and holds no key, no token and no more of the database than that. */
export async function startHooksServer(configuration: Configuration, patience: Patience): Promise<ProductionServer> {
  const { log } = patience;
  const manifest: Manifest = readManifest(configuration.BELAY_BUILD);
  await patiently('the database', () => unlessRefused(() => readyDatabase(configuration)), patience);
  const database = connect(configuration.DATABASE_URL ?? '', (error) =>
    log.warn({ err: error }, 'a database connection was lost'),
  );
  const nobody = simpleBundle({ approvers: [], solo: false });
  const doors = createDoors({
    db: database.db,
    key: NO_KEY,
    blobKey: Buffer.alloc(0),
    manifest,
    bundle: () => nobody,
    stepUp: null,
    model: null,
    verified: verifiedSequence(),
    now: () => new Date(),
    poke: () => undefined,
  });
  const { BELAY_HOST: host } = configuration;
  let port = configuration.BELAY_PORT;
  const app = createHooksServer({
    doors,
    routes: routeTable({ configuration, manifest, observeOnly: false }),
    hookProof: (source) => configuration.hooks.get(source) ?? { secrets: [], tokens: [] },
    hosts: () => hostNames(configuration, port),
    // Whether Temporal answers is the server's to know; what is stored here starts when it can.
    temporalUp: () => true,
    health: () => ({ parts: {} }),
    log: { error: (message, error) => log.error({ err: error }, message) },
  });
  const stop = async () => {
    await app.close();
    await database.close();
  };
  try {
    port = await listen(app, host, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://${host}:${port}`, approvers: [], stop };
}
