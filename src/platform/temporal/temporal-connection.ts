import { readFileSync } from 'node:fs';
import { Connection } from '@temporalio/client';
import type { Configuration } from '../configuration/configuration.ts';
import { CliError, reasonOf } from '../problem.ts';

/** What both a client's `Connection` and a worker's `NativeConnection` take. */
export interface TemporalAddress {
  readonly address: string;
  readonly tls?:
    | true
    | { serverNameOverride?: string; serverRootCACertificate?: Buffer; clientCertPair?: { crt: Buffer; key: Buffer } };
  readonly apiKey?: string;
}

/** The configured Temporal server; undefined when none is and the embedded one is to be used. */
export function temporalAddress(configuration: Configuration): TemporalAddress | undefined {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS: tls } = configuration;
  if (address === undefined) return undefined;
  const { TEMPORAL_TLS_SERVER_NAME: name, TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca } = configuration;
  const { TEMPORAL_TLS_CLIENT_CERT_PATH: crt, TEMPORAL_TLS_CLIENT_KEY_PATH: key } = configuration;
  const details = {
    ...(name !== undefined && { serverNameOverride: name }),
    ...(ca !== undefined && { serverRootCACertificate: readFileSync(ca) }),
    ...(crt !== undefined &&
      key !== undefined && { clientCertPair: { crt: readFileSync(crt), key: readFileSync(key) } }),
  };
  const secured =
    Object.keys(details).length > 0 ? details : tls === true || apiKey !== undefined ? (true as const) : undefined;
  return { address, ...(secured !== undefined && { tls: secured }), ...(apiKey !== undefined && { apiKey }) };
}

/** Connects, or says in one line that nothing answers. @throws CliError (exit 3). */
export async function connectTemporal(temporal: TemporalAddress, timeoutMs = 10_000): Promise<Connection> {
  try {
    return await Connection.connect({ ...temporal, connectTimeout: timeoutMs });
  } catch (error) {
    throw new CliError(
      `No Temporal server answers on ${temporal.address} (${reasonOf(error)}); check TEMPORAL_ADDRESS and TEMPORAL_TLS_*, or unset TEMPORAL_ADDRESS to use the embedded server.`,
      3,
      { cause: error },
    );
  }
}
