import { describe } from '@jest/globals';
import { KubeConfig, type V1Deployment } from '@kubernetes/client-node';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment, NewObject } from '../../../sandbox/cluster/objects.ts';
import { startCluster } from '../../../sandbox/cluster/start-cluster.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { kubernetesPromises } from './kubernetes-promises.ts';

describe('the tools on the cluster of the sandbox', () => {
  kubernetesPromises(
    async () => {
      const cluster = await startCluster(0);
      const folder = temporaryFolder('sandbox-cluster');
      const file = (context: string) => {
        const config = new KubeConfig();
        config.loadFromString(cluster.kubeconfig);
        config.setCurrentContext(context);
        const path = join(folder, `${context}.kubeconfig`);
        writeFileSync(path, config.exportConfig(), { mode: 0o600 });
        return path;
      };
      let names = 0;
      return {
        kubeconfig: file('belay-sandbox'),
        namespace: 'default',
        newName: () => `checkout-${(names += 1)}`,
        images: ['registry.example/checkout:2.3.1', 'registry.example/catalog:1.8.0'],
        readerKubeconfig: file('belay-sandbox-viewer'),
        create: (deployment) => cluster.store.create(asStored(deployment)),
        stop: async () => {
          await cluster.stop();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
    { users: true },
  );
});

/** With the defaults that a real API server fills in. */
function asStored(deployment: V1Deployment): NewObject<Deployment> {
  const { spec, ...body }: NewObject<Deployment> = JSON.parse(JSON.stringify(deployment));
  const podSpec = { restartPolicy: 'Always', nodeName: 'sandbox-1', ...spec.template.spec };
  return {
    ...body,
    metadata: { ...body.metadata, generation: 1 },
    spec: {
      ...spec,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: { ...spec.template, spec: podSpec },
    },
    status: {},
  };
}
