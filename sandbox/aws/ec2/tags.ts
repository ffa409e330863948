import { AwsError } from '../protocol/aws-error.ts';
import type { Form } from '../protocol/form.ts';
import type { Ec2Request } from './ec2-request.ts';
import { fitsFilters } from './filters.ts';
import { found } from './ids.ts';
import type { IdKind } from './ids.ts';
import type { Region, Tags } from './objects.ts';
import { pageOf } from './page.ts';

const MOST_TAGS = 50;

type Tagged = { readonly id: string; tags: Tags };

/** Everything that can carry tags, by the word that EC2 has for its kind. */
const taggedIn = (region: Region): Record<string, [IdKind, ReadonlyMap<string, Tagged>]> => ({
  volume: ['vol', region.volumes],
  snapshot: ['snap', region.snapshots],
  instance: ['i', region.instances],
  image: ['ami', region.images],
  'launch-template': ['lt', region.launchTemplates],
});

/** Tags as EC2 writes them. */
export const tagSet = (tags: Tags): Record<string, unknown> => ({
  item: Object.entries(tags).map(([key, value]) => ({ key, value })),
});

const tagsIn = (forms: readonly Form[]): Tags =>
  Object.fromEntries(forms.map((tag) => [tag.required('Key'), tag.text('Value') ?? '']));

/** @throws AwsError when a name is AWS's own, or there are too many */
function checked(tags: Tags): Tags {
  if (Object.keys(tags).some((name) => name.toLowerCase().startsWith('aws:')))
    throw new AwsError('InvalidParameterValue', "Tag keys starting with 'aws:' are reserved for internal use");
  if (Object.keys(tags).length > MOST_TAGS)
    throw new AwsError('TagLimitExceeded', `The maximum number of Tags for a resource has been reached: ${MOST_TAGS}`);
  return tags;
}

/** The tags that `TagSpecification` gives to what is made. */
export const specifiedTags = (form: Form, kind: string): Tags =>
  checked(
    tagsIn(
      form
        .each('TagSpecification')
        .filter((specification) => specification.text('ResourceType') === kind)
        .flatMap((specification) => specification.each('Tag')),
    ),
  );

function resourcesIn({ form, region }: Ec2Request): Tagged[] {
  const kinds = Object.values(taggedIn(region));
  const ids = form.list('ResourceId');
  if (ids.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter resourceIdSet');
  return ids.map((id) => {
    const [kind, things] = kinds.find(([prefix]) => id.startsWith(`${prefix}-`)) ?? [];
    if (!kind || !things) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
    return found(things, kind, id);
  });
}

export function createTags(request: Ec2Request): Record<string, unknown> {
  const resources = resourcesIn(request);
  const added = tagsIn(request.form.each('Tag'));
  const after = resources.map((resource) => checked({ ...resource.tags, ...added }));
  for (const [index, resource] of resources.entries()) resource.tags = after[index] ?? resource.tags;
  return { return: true };
}

/** A tag that is named with a value goes only where it has that value; without tags all of them go. */
export function deleteTags(request: Ec2Request): Record<string, unknown> {
  const named = request.form.each('Tag').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') }));
  const goes = (key: string, value: string): boolean =>
    named.length === 0 || named.some((tag) => tag.key === key && (tag.value === undefined || tag.value === value));
  for (const resource of resourcesIn(request))
    resource.tags = Object.fromEntries(Object.entries(resource.tags).filter(([key, value]) => !goes(key, value)));
  return { return: true };
}

export function describeTags({ form, region }: Ec2Request): Record<string, unknown> {
  const all = Object.entries(taggedIn(region)).flatMap(([kind, [, things]]) =>
    [...things.values()].flatMap(({ id: resource, tags }) =>
      Object.entries(tags).map(([key, value]) => ({ id: `${resource}/${key}`, resource, kind, key, value, tags })),
    ),
  );
  const fits = fitsFilters<(typeof all)[number]>(form.each('Filter'), {
    key: (tag) => [tag.key],
    value: (tag) => [tag.value],
    'resource-id': (tag) => [tag.resource],
    'resource-type': (tag) => [tag.kind],
  });
  const { page, nextToken } = pageOf(all.filter(fits), form, { least: 5 });
  return {
    tagSet: {
      item: page.map(({ resource, kind, key, value }) => ({ resourceId: resource, resourceType: kind, key, value })),
    },
    nextToken,
  };
}
