import { stringify } from 'yaml';
import type { User } from './authorize.ts';

export const CLUSTER_NAME = 'belay-sandbox';

/** A kubeconfig for the cluster: its first user is the current context `belay-sandbox`, every other is `belay-sandbox-<user>`. */
export function kubeconfig(server: string, certificate: string, users: User[]): string {
  const contextOf = (user: User, index: number): string =>
    index === 0 ? CLUSTER_NAME : `${CLUSTER_NAME}-${user.name}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': CLUSTER_NAME,
    clusters: [
      {
        name: CLUSTER_NAME,
        cluster: { server, 'certificate-authority-data': Buffer.from(certificate).toString('base64') },
      },
    ],
    users: users.map((user, index) => ({ name: contextOf(user, index), user: { token: user.token } })),
    contexts: users.map((user, index) => ({
      name: contextOf(user, index),
      context: { cluster: CLUSTER_NAME, user: contextOf(user, index), namespace: 'shop' },
    })),
  });
}
