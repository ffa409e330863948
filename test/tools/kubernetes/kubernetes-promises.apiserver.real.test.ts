import * as k8s from '@kubernetes/client-node';
import { describeReal } from '../../support/parts.ts';
import { startKubernetes } from '../../support/start-kubernetes.ts';
import { kubernetesPromises } from './kubernetes-promises.ts';

describeReal('the tools on a real API server', ['kubernetes'], () => {
  kubernetesPromises(
    async () => {
      const { kubeconfig, kubeconfigFor, stop } = await startKubernetes();
      const config = new k8s.KubeConfig();
      config.loadFromFile(kubeconfig);
      await config.makeApiClient(k8s.RbacAuthorizationV1Api).createClusterRoleBinding({
        body: {
          metadata: { name: 'reader' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }],
        },
      });
      let names = 0;
      return {
        kubeconfig,
        namespace: 'default',
        newName: () => `checkout-${(names += 1)}`,
        images: ['registry.local/checkout:1', 'registry.local/checkout:2'],
        readerKubeconfig: kubeconfigFor('reader'),
        stop,
      };
    },
    { users: true },
  );
});
