import * as k8s from '@kubernetes/client-node';
import { until } from '../../support/until.ts';

/** A cluster to hold the tools' promises against. */
export interface KubernetesWorld {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** A name nobody used yet, which the images below may run under. */
  readonly newName: () => string;
  /** Two versions that run. */
  readonly images: readonly [string, string];
  /** A user who may read everything and change nothing, where the cluster knows users. */
  readonly readerKubeconfig: string | null;
  /** Brings a new deployment in, where the API server takes none. */
  readonly create?: (deployment: k8s.V1Deployment) => void;
  readonly stop: () => Promise<void>;
}

/** Somebody else at work on the cluster: what a pipeline or a person with kubectl would do. */
export interface Somebody {
  readonly deployment: (name: string) => Promise<k8s.V1Deployment>;
  /** Creates the deployment, or changes it, and waits until the controller has a revision of it. */
  readonly deploy: (name: string, image: string, change?: (deployment: k8s.V1Deployment) => void) => Promise<void>;
  readonly change: (name: string, change: (deployment: k8s.V1Deployment) => void) => Promise<void>;
  /** Waits until the newest template runs everywhere. */
  readonly settled: (name: string) => Promise<void>;
}

export function somebodyOn({ kubeconfig, namespace, create }: KubernetesWorld): Somebody {
  const config = new k8s.KubeConfig();
  config.loadFromFile(kubeconfig);
  const apps = config.makeApiClient(k8s.AppsV1Api);
  const deployment = (name: string) => apps.readNamespacedDeployment({ namespace, name });

  async function change(name: string, edit: (found: k8s.V1Deployment) => void): Promise<void> {
    await until(`${name} is changed`, async () => {
      const body = await deployment(name);
      edit(body);
      await apps.replaceNamespacedDeployment({ namespace, name, body });
      return true;
    });
  }

  async function seen(name: string): Promise<void> {
    await until(`the controller has seen ${name}`, async () => {
      const { metadata, status } = await deployment(name);
      return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1);
    });
  }

  return {
    deployment,
    change: async (name, edit) => {
      await change(name, edit);
      await seen(name);
    },
    deploy: async (name, image, edit = () => undefined) => {
      const found = await deployment(name).catch(() => undefined);
      if (found === undefined) {
        const body = newDeployment(namespace, name, image);
        edit(body);
        if (create === undefined) await apps.createNamespacedDeployment({ namespace, body });
        else create(body);
      } else {
        await change(name, (body) => {
          for (const container of body.spec?.template.spec?.containers ?? []) container.image = image;
          edit(body);
        });
      }
      await seen(name);
    },
    settled: async (name) => {
      await until(
        `${name} is rolled out`,
        async () => {
          const { metadata, spec, status } = await deployment(name);
          const wanted = spec?.replicas ?? 1;
          const counts = [status?.replicas, status?.updatedReplicas, status?.availableReplicas].map((n) => n ?? 0);
          return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1) && counts.every((n) => n === wanted);
        },
        { within: 30_000 },
      );
    },
  };
}

function newDeployment(namespace: string, name: string, image: string): k8s.V1Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image }] },
      },
    },
  };
}
