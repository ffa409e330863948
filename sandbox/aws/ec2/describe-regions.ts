import { AwsError } from '../protocol/aws-error.ts';
import type { Ec2Request } from './ec2-request.ts';
import { fitsFilters } from './filters.ts';

/** The regions that the account has. */
export function describeRegions({ form, account }: Ec2Request): Record<string, unknown> {
  const all = [...account.regions.keys()].map((name) => ({ name, endpoint: `ec2.${name}.amazonaws.com`, tags: {} }));
  const wanted = form.list('RegionName');
  const missing = wanted.filter((name) => !account.regions.has(name));
  if (missing.length > 0) throw new AwsError('InvalidParameterValue', `Invalid region names: [${missing.join(', ')}]`);
  const fits = fitsFilters<(typeof all)[number]>(form.each('Filter'), {
    endpoint: ({ endpoint }) => [endpoint],
    'opt-in-status': () => ['opt-in-not-required'],
    'region-name': ({ name }) => [name],
  });
  const item = all
    .filter((region) => fits(region) && (wanted.length === 0 || wanted.includes(region.name)))
    .map(({ name, endpoint }) => ({ regionName: name, regionEndpoint: endpoint, optInStatus: 'opt-in-not-required' }));
  return { regionInfo: { item } };
}
