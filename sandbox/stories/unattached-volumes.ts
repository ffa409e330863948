import { areLeft, leaveVolumes } from '../aws/worlds/leftovers.ts';
import type { Story } from './story.ts';

/** Volumes that cost money every month and that nothing uses, in two accounts and two regions. */
export const unattachedVolumes: Story = {
  name: 'unattached-volumes',
  summary: 'fourteen volumes are left behind in two AWS accounts, attached to nothing',
  break: ({ aws }) => leaveVolumes(aws),
  isOn: ({ aws }) => areLeft(aws),
};
