import { defineSystem } from '../../sdk/define-system.ts';
import { bucketExposure } from './bucket-exposure.ts';
import { bucketReaders } from './bucket-readers.ts';
import { buckets } from './buckets.ts';
import { connectAws } from './connect.ts';
import { cost } from './cost.ts';
import { deniedReaders } from './denied-readers.ts';
import { identity } from './identity.ts';
import { instances } from './instances.ts';
import { metrics } from './metrics.ts';
import { publicBuckets } from './public-buckets.ts';
import { s3BlockPublicAccess } from './s3-block-public-access.ts';
import { AwsSettings } from './settings.ts';
import { snapshotAndDeleteVolume } from './snapshot-and-delete-volume.ts';
import { snapshots } from './snapshots.ts';
import { tag } from './tag.ts';
import { unattachedVolumes } from './unattached-volumes.ts';
import { volumeReferences } from './volume-references.ts';
import { volumes } from './volumes.ts';
import { volumeSavings } from './volume-savings.ts';

/** AWS: one connection for each account. */
export const aws = defineSystem({
  name: 'aws',
  settings: AwsSettings,
  connect: connectAws,
  tools: [
    identity,
    volumes,
    unattachedVolumes,
    snapshots,
    instances,
    metrics,
    cost,
    volumeReferences,
    volumeSavings,
    buckets,
    bucketExposure,
    publicBuckets,
    bucketReaders,
    deniedReaders,
    snapshotAndDeleteVolume,
    tag,
    s3BlockPublicAccess,
  ],
});
