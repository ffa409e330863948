import { AwsError } from '../protocol/aws-error.ts';
import type { Ec2Request } from './ec2-request.ts';
import { fitsFilters } from './filters.ts';
import { found, newId } from './ids.ts';
import type { Snapshot } from './objects.ts';
import { pageOf } from './page.ts';
import { specifiedTags, tagSet } from './tags.ts';
import { ec2Time } from './time.ts';

const stateOf = ({ completes }: Snapshot, now: number): 'pending' | 'completed' =>
  completes > now ? 'pending' : 'completed';

/** Whole percents; grows evenly until it is complete. */
const progressOf = ({ started, completes }: Snapshot, now: number): string =>
  `${completes <= now ? 100 : Math.floor((100 * (now - started)) / (completes - started))}%`;

const snapshotXml = (snapshot: Snapshot, account: string, now: number): Record<string, unknown> => ({
  snapshotId: snapshot.id,
  volumeId: snapshot.volume,
  status: stateOf(snapshot, now),
  startTime: ec2Time(snapshot.started),
  progress: progressOf(snapshot, now),
  ownerId: account,
  volumeSize: snapshot.size,
  description: snapshot.description,
  encrypted: snapshot.encrypted,
  tagSet: tagSet(snapshot.tags),
  storageTier: 'standard',
});

/** Begins a snapshot; it is complete after a while. Twice asked is twice made: CreateSnapshot knows no client token. */
export function createSnapshot({ form, region, account, world, now }: Ec2Request): Record<string, unknown> {
  const volume = found(region.volumes, 'vol', form.required('VolumeId'));
  const snapshot: Snapshot = {
    id: newId('snap'),
    volume: volume.id,
    size: volume.size,
    started: now,
    completes: now + world.pace.snapshot,
    description: form.text('Description') ?? '',
    encrypted: volume.encrypted,
    tags: specifiedTags(form, 'snapshot'),
  };
  region.snapshots.set(snapshot.id, snapshot);
  return snapshotXml(snapshot, account.id, now);
}

export function deleteSnapshot({ form, region }: Ec2Request): Record<string, unknown> {
  const { id } = found(region.snapshots, 'snap', form.required('SnapshotId'));
  const image = [...region.images.values()].find(({ devices }) => devices.some(({ snapshot }) => snapshot === id));
  if (image) throw new AwsError('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${image.id}`);
  region.snapshots.delete(id);
  return { return: true };
}

export function describeSnapshots({ form, region, account, now }: Ec2Request): Record<string, unknown> {
  const ids = form.list('SnapshotId');
  const named = ids.length > 0 ? ids.map((id) => found(region.snapshots, 'snap', id)) : [...region.snapshots.values()];
  const owners = form.list('Owner');
  const owned = owners.length === 0 || owners.some((owner) => ['self', account.id].includes(owner)) ? named : [];
  const fits = fitsFilters<Snapshot>(form.each('Filter'), {
    description: ({ description }) => [description],
    encrypted: ({ encrypted }) => [encrypted],
    'owner-id': () => [account.id],
    progress: (snapshot) => [progressOf(snapshot, now)],
    'snapshot-id': ({ id }) => [id],
    'start-time': ({ started }) => [ec2Time(started)],
    status: (snapshot) => [stateOf(snapshot, now)],
    'volume-id': ({ volume }) => [volume],
    'volume-size': ({ size }) => [size],
  });
  const { page, nextToken } = pageOf(owned.filter(fits), form, { least: 5, ids: 'SnapshotId' });
  return { snapshotSet: { item: page.map((each) => snapshotXml(each, account.id, now)) }, nextToken };
}
