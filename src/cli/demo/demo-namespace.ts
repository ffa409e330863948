import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiException, AppsV1Api, CoreV1Api, KubeConfig, type V1Deployment } from '@kubernetes/client-node';
import { CliError, reasonOf } from '../../platform/problem.ts';
import type { Cleanup } from './cleanup.ts';

export const DEPLOYMENT = 'checkout';
const LABELS = { 'app.kubernetes.io/managed-by': 'belay-demo' };
/** Small, needs no privilege, and is on every cluster or can be pulled by it. */
const GOOD = 'registry.k8s.io/pause:3.10';
const BAD = 'registry.k8s.io/pause:0.0.0-belay-demo';
const REPLICAS = 2;
const WITHIN_MS = 180_000;
/** The cluster goes on deleting by itself. */
const GONE_WITHIN_MS = 60_000;
const POLL_MS = 500;

/** A namespace of the demo's own on somebody's cluster, with one deployment in it. */
export interface DemoNamespace {
  readonly name: string;
  /** The API server's address. */
  readonly server: string;
  /** Makes the deployment and waits until all of it is ready. */
  deploy(): Promise<void>;
  /** Rolls out an image that does not exist. Resolves with what was done, in a sentence. */
  breakIt(): Promise<string>;
}

/**
 * Makes the namespace; `stops` deletes it and all that is in it, and waits a while for it to be gone.
 * @throws CliError (exit 2) when the kubeconfig cannot be used or may not, (exit 3) when nobody answers
 */
export async function createDemoNamespace(kubeconfig: string, stops: Cleanup): Promise<DemoNamespace> {
  const config = configFrom(kubeconfig);
  const server = config.getCurrentCluster()?.server ?? '';
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const name = `belay-demo-${randomBytes(4).toString('hex')}`;
  const ask = <T>(what: string, work: () => Promise<T>): Promise<T> => asked(server, what, work);
  const read = () => ask('get deployments', () => apps.readNamespacedDeployment({ namespace: name, name: DEPLOYMENT }));

  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: LABELS } };
  const creating = ask('create namespaces', () => core.createNamespace({ body }));
  // Before it is known to be there: Ctrl-C may come while the cluster makes it.
  stops.later(async () => {
    const made = await creating.then(
      () => true,
      () => false,
    );
    if (made) await remove(core, name, server);
  });
  await creating;
  return {
    name,
    server,
    deploy: async () => {
      await ask('create deployments', () =>
        apps.createNamespacedDeployment({ namespace: name, body: deployment(name) }),
      );
      const end = Date.now() + WITHIN_MS;
      for (;;) {
        const { status } = await read();
        if (status?.availableReplicas === REPLICAS) return;
        const why = status?.conditions?.find(
          ({ type, status: is }) => type !== 'Progressing' && is !== 'True',
        )?.message;
        if (Date.now() > end)
          throw new CliError(
            `Deployment ${DEPLOYMENT} (${GOOD}) did not become ready within ${WITHIN_MS / 1000} s on ${server}${why ? `: ${why}` : ''}`,
          );
        await sleep(POLL_MS);
      }
    },
    breakIt: async () => {
      const body = await read();
      for (const container of body.spec?.template.spec?.containers ?? []) container.image = BAD;
      await ask('update deployments', () =>
        apps.replaceNamespacedDeployment({ namespace: name, name: DEPLOYMENT, body }),
      );
      return `deployment ${DEPLOYMENT} in ${name} got the image ${BAD}, which does not exist`;
    },
  };
}

async function remove(core: CoreV1Api, name: string, server: string): Promise<void> {
  const end = Date.now() + GONE_WITHIN_MS;
  try {
    await core.deleteNamespace({ name });
    while (Date.now() < end) {
      await core.readNamespace({ name });
      await sleep(POLL_MS);
    }
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return;
    throw new CliError(
      `Namespace ${name} could not be deleted on ${server} (${saidBy(error)}); delete it: kubectl delete namespace ${name}`,
      1,
      { cause: error },
    );
  }
}

function configFrom(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new CliError(`The kubeconfig ${kubeconfig} cannot be used: ${reasonOf(error)}`, 2, { cause: error });
  }
  if (config.getCurrentCluster() === null)
    throw new CliError(`The kubeconfig ${kubeconfig} has no cluster for its current context.`, 2);
  return config;
}

/** The whole rollout at once: with the bad image nothing is left that works, as in an outage. */
function deployment(namespace: string): V1Deployment {
  const labels = { ...LABELS, app: DEPLOYMENT };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: DEPLOYMENT, namespace, labels },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: { app: DEPLOYMENT } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%', maxSurge: 0 } },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 1,
          securityContext: { runAsNonRoot: true, runAsUser: 65_535, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'app',
              image: GOOD,
              resources: { requests: { cpu: '5m', memory: '8Mi' }, limits: { cpu: '50m', memory: '32Mi' } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  };
}

/** What the API server said; its body is a Status as text. */
function saidBy(error: unknown): string {
  if (!(error instanceof ApiException)) return reasonOf(error);
  const said = /"message":"((?:[^"\\]|\\.)*)"/.exec(String(error.body))?.[1];
  return `${error.code}${said ? `: ${said.replaceAll('\\"', '"')}` : ''}`;
}

async function asked<T>(server: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiException))
      throw new CliError(`The cluster at ${server} cannot be reached: ${reasonOf(error)}`, 3, { cause: error });
    const may = error.code === 401 || error.code === 403;
    throw new CliError(
      may
        ? `This kubeconfig may not ${what} on ${server} (${saidBy(error)}). The demo makes a namespace of its own and a deployment in it, and deletes both at the end.`
        : `${server} refuses to ${what} (${saidBy(error)})`,
      may ? 2 : 1,
      { cause: error },
    );
  }
}
