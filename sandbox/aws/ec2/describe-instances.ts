import type { Ec2Request } from './ec2-request.ts';
import { fitsFilters } from './filters.ts';
import { found } from './ids.ts';
import type { Instance, Volume } from './objects.ts';
import { pageOf } from './page.ts';
import { tagSet } from './tags.ts';
import { ec2Time } from './time.ts';

const STATE_CODES = { running: 16, stopped: 80 };

const deviceXml = ({ id, attachment }: Volume): Record<string, unknown> => ({
  deviceName: attachment?.device,
  ebs: {
    volumeId: id,
    status: 'attached',
    attachTime: ec2Time(attachment?.since ?? 0),
    deleteOnTermination: attachment?.deleteOnTermination,
  },
});

const instanceXml = (instance: Instance, volumes: readonly Volume[]): Record<string, unknown> => ({
  instanceId: instance.id,
  imageId: instance.image,
  instanceState: { code: STATE_CODES[instance.state], name: instance.state },
  instanceType: instance.type,
  launchTime: ec2Time(instance.launched),
  placement: { availabilityZone: instance.zone, tenancy: 'default' },
  architecture: 'x86_64',
  rootDeviceType: 'ebs',
  rootDeviceName: '/dev/xvda',
  blockDeviceMapping: { item: volumes.map(deviceXml) },
  tagSet: tagSet(instance.tags),
});

export function describeInstances({ form, region, account }: Ec2Request): Record<string, unknown> {
  const volumesOf = ({ id }: Instance): Volume[] =>
    [...region.volumes.values()].filter(({ attachment }) => attachment?.instance === id);
  const ids = form.list('InstanceId');
  const named = ids.length > 0 ? ids.map((id) => found(region.instances, 'i', id)) : [...region.instances.values()];
  const fits = fitsFilters<Instance>(form.each('Filter'), {
    'availability-zone': ({ zone }) => [zone],
    'block-device-mapping.volume-id': (instance) => volumesOf(instance).map(({ id }) => id),
    'image-id': ({ image }) => [image],
    'instance-id': ({ id }) => [id],
    'instance-state-name': ({ state }) => [state],
    'instance-type': ({ type }) => [type],
  });
  const { page, nextToken } = pageOf(named.filter(fits), form, { least: 5, ids: 'InstanceId' });
  return {
    reservationSet: {
      item: page.map((instance) => ({
        reservationId: instance.id.replace(/^i-/, 'r-'),
        ownerId: account.id,
        instancesSet: { item: [instanceXml(instance, volumesOf(instance))] },
      })),
    },
    nextToken,
  };
}
