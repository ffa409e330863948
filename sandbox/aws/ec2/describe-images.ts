import type { Ec2Request } from './ec2-request.ts';
import { fitsFilters } from './filters.ts';
import { found } from './ids.ts';
import type { BlockDevice, Image } from './objects.ts';
import { pageOf } from './page.ts';
import { tagSet } from './tags.ts';
import { ec2Time } from './time.ts';

/** A disk that something will be made with, as EC2 writes it. */
export const blockDeviceXml = ({ device, snapshot, size, type }: BlockDevice): Record<string, unknown> => ({
  deviceName: device,
  ebs: { snapshotId: snapshot, volumeSize: size, volumeType: type, deleteOnTermination: true },
});

const imageXml = (image: Image, account: string): Record<string, unknown> => ({
  imageId: image.id,
  name: image.name,
  imageState: 'available',
  imageOwnerId: account,
  isPublic: false,
  creationDate: ec2Time(image.created),
  rootDeviceName: '/dev/xvda',
  rootDeviceType: 'ebs',
  blockDeviceMapping: { item: image.devices.map(blockDeviceXml) },
  tagSet: tagSet(image.tags),
});

/** The account's own images; the sandbox has none of Amazon's. */
export function describeImages({ form, region, account }: Ec2Request): Record<string, unknown> {
  const ids = form.list('ImageId');
  const named = ids.length > 0 ? ids.map((id) => found(region.images, 'ami', id)) : [...region.images.values()];
  const owners = form.list('Owner');
  const owned = owners.length === 0 || owners.some((owner) => ['self', account.id].includes(owner)) ? named : [];
  const fits = fitsFilters<Image>(form.each('Filter'), {
    'block-device-mapping.snapshot-id': ({ devices }) => devices.map(({ snapshot }) => snapshot),
    'image-id': ({ id }) => [id],
    name: ({ name }) => [name],
    'owner-id': () => [account.id],
    state: () => ['available'],
  });
  const { page, nextToken } = pageOf(owned.filter(fits), form, { least: 1 });
  return { imagesSet: { item: page.map((image) => imageXml(image, account.id)) }, nextToken };
}
