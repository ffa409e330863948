import { defineSystem } from '../../sdk/define-system.ts';
import { connectAws } from './connect.ts';
import { AwsSettings } from './settings.ts';
import { snapshotAndDeleteVolume } from './snapshot-and-delete-volume.ts';
import { unattachedVolumes } from './unattached-volumes.ts';

/** AWS: one connection for each account. */
export const aws = defineSystem({
  name: 'aws',
  settings: AwsSettings,
  connect: connectAws,
  tools: [unattachedVolumes, snapshotAndDeleteVolume],
});
