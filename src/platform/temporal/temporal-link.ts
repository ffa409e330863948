import { Client, Connection, type ClientOptions } from '@temporalio/client';
import type { TemporalAddress } from './temporal-connection.ts';

const LOOK_EVERY_MS = 2000;
const PATIENCE_MS = 1500;

/** A client of Temporal that need not be there yet: whoever needs it asks, and is refused while nothing answers. */
export interface TemporalLink {
  /** Rejects while Temporal does not answer. */
  client(): Promise<Client>;
  /** Whether it answered the last time it was looked at, at most seconds ago. */
  up(): boolean;
  close(): Promise<void>;
}

/** Connects in the background and keeps looking whether Temporal answers. Never throws at start: alerts are taken all the same. */
export function linkTemporal(
  address: TemporalAddress,
  namespace: string,
  dataConverter?: ClientOptions['dataConverter'],
): TemporalLink {
  let linked: { connection: Connection; client: Client } | undefined;
  let up = false;
  let looking: Promise<void> | undefined;

  const connect = async () => {
    if (linked) return linked;
    const connection = await Connection.connect({ ...address, connectTimeout: PATIENCE_MS });
    linked = {
      connection,
      client: new Client({ connection, namespace, ...(dataConverter === undefined ? {} : { dataConverter }) }),
    };
    return linked;
  };
  const look = async () => {
    try {
      const { connection } = await connect();
      await connection.withDeadline(Date.now() + PATIENCE_MS, () => connection.workflowService.getSystemInfo({}));
      up = true;
    } catch {
      up = false;
    }
  };
  const lookOnce = () => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const timer = setInterval(() => void lookOnce(), LOOK_EVERY_MS);
  void lookOnce();
  return {
    client: async () => (await connect()).client,
    up: () => up,
    close: async () => {
      clearInterval(timer);
      await looking;
      await linked?.connection.close();
    },
  };
}
