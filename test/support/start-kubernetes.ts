import * as k8s from '@kubernetes/client-node';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { flags } from './flags.ts';
import { freePorts } from './free-ports.ts';
import { kubernetesAccess, type KubernetesUser } from './kubernetes-access.ts';
import { requirePart } from './parts.ts';
import { startProgram, type RunningProgram } from './start-program.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

/** A real Kubernetes control plane that is up, on loopback, with one node that kwok plays. */
export interface RunningKubernetes {
  /** Path of a kubeconfig whose user may do everything. */
  readonly kubeconfig: string;
  /** Url of its API server. */
  readonly server: string;
  /** Path of a kubeconfig for another user, who may do nothing until a role binding says so. */
  readonly kubeconfigFor: (user: KubernetesUser) => string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts etcd, the API server, the controllers, the scheduler and kwok; ready when pods can be placed (some 4 s).
 * Deployments, rollouts and scaling are real; containers are not: no logs, no exec, no traffic. A pod with the label
 * `crash-loop.belay.test: "true"` never gets ready and shows CrashLoopBackOff; one with the image that the demo breaks
 * its deployment with never gets ready either.
 */
export async function startKubernetes(): Promise<RunningKubernetes> {
  const folder = temporaryFolder('kubernetes');
  const [etcdPort, peerPort, apiPort, controllersPort, schedulerPort, kwokPort] = await freePorts(6);
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const server = `https://127.0.0.1:${apiPort}`;
  const access = kubernetesAccess(folder, server);
  const kubeconfig = access.kubeconfigFor('admin');
  const config = new k8s.KubeConfig();
  config.loadFromFile(kubeconfig);
  const client = { kubeconfig, 'leader-elect': false, 'bind-address': '127.0.0.1' };

  const store: RunningProgram[] = [];
  const clients: RunningProgram[] = [];
  const stop = async (): Promise<void> => {
    // The clients of the API server before it, or it waits for their watches to end.
    await Promise.all(clients.map((program) => program.stop()));
    for (const program of store.toReversed()) await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    store.push(
      await startProgram({
        name: 'etcd',
        command: requirePart('etcd'),
        args: flags({
          'data-dir': join(folder, 'etcd'),
          'unsafe-no-fsync': true,
          'log-level': 'warn',
          'listen-client-urls': etcd,
          'advertise-client-urls': etcd,
          'listen-peer-urls': peer,
          'initial-advertise-peer-urls': peer,
          'initial-cluster': `default=${peer}`,
        }),
        // Of etcd and not of the API server, so that it is the last to go.
        folder,
        ready: async () => (await fetch(`${etcd}/health`)).ok,
      }),
    );
    store.push(
      await startProgram({
        name: 'kube-apiserver',
        command: requirePart('kube-apiserver'),
        args: flags({
          ...access.flags,
          'etcd-servers': etcd,
          'bind-address': '127.0.0.1',
          'advertise-address': '127.0.0.1',
          'secure-port': String(apiPort),
          'cert-dir': join(folder, 'certs'),
          'authorization-mode': 'RBAC',
          'service-account-issuer': 'https://kubernetes.default.svc',
          'service-cluster-ip-range': '10.96.0.0/24',
          'disable-admission-plugins': 'ServiceAccount',
        }),
        within: 60_000,
        ready: async () => {
          await config.makeApiClient(k8s.CoreV1Api).readNamespace({ name: 'default' });
          return true;
        },
      }),
    );
    clients.push(
      await startClient('kube-controller-manager', flags({ ...client, 'secure-port': String(controllersPort) })),
      await startClient('kube-scheduler', flags({ ...client, 'secure-port': String(schedulerPort) })),
      await startClient(
        'kwok',
        flags({
          kubeconfig,
          config: [requirePart('kwok-stages.yaml'), join(import.meta.dirname, 'kwok-image-pull.yaml')],
          'manage-all-nodes': true,
          'node-ip': '127.0.0.1',
          'server-address': `127.0.0.1:${kwokPort}`,
          'node-lease-duration-seconds': 40,
        }),
      ),
    );
    await createNode(config);
    return { kubeconfig, server, kubeconfigFor: access.kubeconfigFor, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Those that only speak to the API server have no door worth asking: that the node gets ready is the proof. */
function startClient(
  part: 'kube-controller-manager' | 'kube-scheduler' | 'kwok',
  args: string[],
): Promise<RunningProgram> {
  return startProgram({ name: part, command: requirePart(part), args, ready: () => Promise.resolve(true) });
}

async function createNode(config: k8s.KubeConfig): Promise<void> {
  const core = config.makeApiClient(k8s.CoreV1Api);
  const name = 'node-1';
  const capacity = { cpu: '64', memory: '256Gi', pods: '1000' };
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' };
  await core.createNode({ body: { metadata: { name, labels }, status: { capacity, allocatable: capacity } } });
  await until(
    `${name} is ready`,
    async () => {
      const node = await core.readNode({ name });
      const ready = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
      return ready === true && (node.spec?.taints ?? []).length === 0;
    },
    { within: 60_000 },
  );
}
