import { AwsError } from '../protocol/aws-error.ts';
import { blockDeviceXml } from './describe-images.ts';
import type { Ec2Request } from './ec2-request.ts';
import { fitsFilters } from './filters.ts';
import { found } from './ids.ts';
import type { LaunchTemplate } from './objects.ts';
import { pageOf } from './page.ts';
import { tagSet } from './tags.ts';
import { ec2Time } from './time.ts';

const namedIn = ({ form, region }: Ec2Request, ids: readonly string[], names: readonly string[]): LaunchTemplate[] => {
  const all = [...region.launchTemplates.values()];
  const byName = names.map((name) => {
    const template = all.find((each) => each.name === name);
    if (template) return template;
    throw new AwsError(
      'InvalidLaunchTemplateName.NotFoundException',
      `The specified launch template, with template name ${name}, does not exist.`,
    );
  });
  const named = [...ids.map((id) => found(region.launchTemplates, 'lt', id)), ...byName];
  const fits = fitsFilters<LaunchTemplate>(form.each('Filter'), {
    'launch-template-name': ({ name }) => [name],
  });
  return (ids.length + names.length > 0 ? named : all).filter(fits);
};

export function describeLaunchTemplates(request: Ec2Request): Record<string, unknown> {
  const { form } = request;
  const named = namedIn(request, form.list('LaunchTemplateId'), form.list('LaunchTemplateName'));
  const { page, nextToken } = pageOf(named, form, { least: 1 });
  const item = page.map(({ id, name, created, versions, tags }) => ({
    launchTemplateId: id,
    launchTemplateName: name,
    createTime: ec2Time(created),
    defaultVersionNumber: 1,
    latestVersionNumber: versions.length,
    tagSet: tagSet(tags),
  }));
  return { launchTemplates: { item }, nextToken };
}

/** The versions of one template by id or name, or with `$Latest` or `$Default` those of all. */
export function describeLaunchTemplateVersions(request: Ec2Request): Record<string, unknown> {
  const { form } = request;
  const [id, name] = [form.text('LaunchTemplateId'), form.text('LaunchTemplateName')];
  const wanted = form.list('LaunchTemplateVersion');
  if (id === undefined && name === undefined && !wanted.some((each) => each.startsWith('$')))
    throw new AwsError('MissingParameter', 'Either a launch template ID or a launch template name must be specified');
  const templates = namedIn(request, id === undefined ? [] : [id], name === undefined ? [] : [name]);
  const rows = templates.flatMap(({ id: template, name: called, versions }) =>
    versions.flatMap((version, index) => {
      const number = index + 1;
      const names = [
        String(number),
        ...(number === 1 ? ['$Default'] : []),
        ...(number === versions.length ? ['$Latest'] : []),
      ];
      if (wanted.length > 0 && !wanted.some((each) => names.includes(each))) return [];
      return [{ id: `${template}/${String(number).padStart(5, '0')}`, template, called, number, version }];
    }),
  );
  const { page, nextToken } = pageOf(rows, form, { least: 1 });
  const item = page.map(({ template, called, number, version }) => ({
    launchTemplateId: template,
    launchTemplateName: called,
    versionNumber: number,
    createTime: ec2Time(version.created),
    defaultVersion: number === 1,
    launchTemplateData: {
      imageId: version.image,
      instanceType: version.type,
      userData: Buffer.from(version.userData).toString('base64'),
      blockDeviceMappingSet: { item: version.devices.map(blockDeviceXml) },
    },
  }));
  return { launchTemplateVersionSet: { item }, nextToken };
}
