import { randomBytes } from 'node:crypto';
import { generate } from 'selfsigned';
import { startGateway } from '../traffic/gateway.ts';
import type { Gateway } from '../traffic/gateway.ts';
import { startApiServer } from './api-server.ts';
import type { User } from './authorize.ts';
import { startControllers } from './controllers.ts';
import { kubeconfig } from './kubeconfig.ts';
import { Kubelet } from './kubelet.ts';
import { createShop } from './shop.ts';
import { Store } from './store.ts';

export interface Cluster {
  store: Store;
  kubelet: Kubelet;
  gateway: Gateway;
  url: string;
  /** The text of a kubeconfig that reaches it. */
  kubeconfig: string;
  stop(): Promise<void>;
}

const LIFETIME_MS = 30 * 24 * 3_600_000;

async function certificate(): Promise<{ key: string; cert: string }> {
  const made = await generate([{ name: 'commonName', value: 'belay-sandbox' }], {
    keyType: 'ec',
    curve: 'P-256',
    notAfterDate: new Date(Date.now() + LIFETIME_MS),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

const user = (name: string, writes: boolean): User => ({ name, writes, token: randomBytes(24).toString('base64url') });

/** Starts the small cluster: API server, controllers, one node, the gateway, and in it the shop. @param port of the API server, 0 for a free one */
export async function startCluster(port: number): Promise<Cluster> {
  const store = new Store();
  const users = [user('admin', true), user('viewer', false)];
  const tls = await certificate();
  // The gateway asks the kubelet, and the kubelet tells pods where the gateway is.
  const gateway = await startGateway((service) => kubelet.backends(service));
  const kubelet = new Kubelet(store, { CLUSTER_GATEWAY: gateway.url });
  const api = await startApiServer({ store, kubelet, users, tls, port }).catch(async (error: unknown) => {
    await gateway.stop();
    throw error;
  });
  createShop(store);
  const stopControllers = startControllers(store);
  return {
    store,
    kubelet,
    gateway,
    url: api.url,
    kubeconfig: kubeconfig(api.url, tls.cert, users),
    async stop() {
      stopControllers();
      await kubelet.stop();
      await Promise.all([api.stop(), gateway.stop()]);
    },
  };
}
