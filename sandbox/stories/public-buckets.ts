import { areOpen, openBuckets } from '../aws/worlds/public-buckets.ts';
import type { Story } from './story.ts';

/** Two buckets that everybody can read: one that a scraper takes from, one that a report needs. */
export const publicBuckets: Story = {
  name: 'public-buckets',
  summary: 'two S3 buckets are opened to everybody; a scraper reads the one with the orders',
  break: ({ aws }) => openBuckets(aws),
  isOn: ({ aws }) => areOpen(aws),
};
