import { changeDeployment } from '../cluster/change-deployment.ts';
import { CHANGE_CAUSE, NAMESPACE } from '../cluster/shop.ts';
import type { Story } from './story.ts';

const BAD = 'registry.example/checkout:2.4.0';

/** A release that passes its readiness check, fails most checkouts, and crash-loops after a while. */
export const badDeploy: Story = {
  name: 'bad-deploy',
  summary: 'checkout 2.4.0 is rolled out: it answers 500 to most orders, then crash-loops',
  break({ store }) {
    changeDeployment(store, NAMESPACE, 'checkout', (checkout) => {
      for (const container of checkout.spec.template.spec.containers) container.image = BAD;
      checkout.metadata.annotations = { ...checkout.metadata.annotations, [CHANGE_CAUSE]: 'release checkout 2.4.0' };
    });
  },
  isOn: ({ store }) =>
    store.get('Deployment', NAMESPACE, 'checkout')?.spec.template.spec.containers.some(({ image }) => image === BAD) ??
    false,
};
