import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Who is known to the API server: `admin` may do everything, the others what a role binding gives them. */
export const KUBERNETES_USERS = ['admin', 'reader', 'operator', 'nobody'] as const;

/** One of {@link KUBERNETES_USERS}. */
export type KubernetesUser = (typeof KUBERNETES_USERS)[number];

/** Files in a folder that let the API server know its users, and its users reach it. */
export interface KubernetesAccess {
  /** Flags for the API server. */
  readonly flags: Readonly<Record<string, string>>;
  /** Path of this user's kubeconfig; its namespace is `default`. */
  readonly kubeconfigFor: (user: KubernetesUser) => string;
}

/** Writes new keys and tokens into the folder. */
export function kubernetesAccess(folder: string, server: string): KubernetesAccess {
  const file = (name: string): string => join(folder, name);
  const secretFile = (name: string, content: string): void => writeFileSync(file(name), content, { mode: 0o600 });
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  secretFile('sa.pub', keys.publicKey);
  secretFile('sa.key', keys.privateKey);
  const lines = KUBERNETES_USERS.map((user) => {
    const token = randomBytes(16).toString('hex');
    secretFile(`${user}.kubeconfig`, kubeconfigOf(server, user, token));
    return [token, user, user, ...(user === 'admin' ? ['system:masters'] : [])].join(',');
  });
  secretFile('tokens.csv', `${lines.join('\n')}\n`);
  return {
    flags: {
      'token-auth-file': file('tokens.csv'),
      'service-account-key-file': file('sa.pub'),
      'service-account-signing-key-file': file('sa.key'),
    },
    kubeconfigFor: (user) => file(`${user}.kubeconfig`),
  };
}

function kubeconfigOf(server: string, user: string, token: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user, namespace: 'default' } }],
  });
}
