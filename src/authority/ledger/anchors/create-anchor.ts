import type { AnchorPlace } from '../../../platform/configuration/anchor-places.ts';
import type { Announcer } from '../../announcer.ts';
import type { Anchor } from './anchor.ts';
import { channelAnchor } from './channel-anchor.ts';
import { fileAnchor } from './file-anchor.ts';
import { gitAnchor } from './git-anchor.ts';
import { s3Anchor } from './s3-anchor.ts';
import { syslogAnchor } from './syslog-anchor.ts';

/** The anchor that keeps checkpoints at a configured place. Nothing is reached before something is written or read. */
export function createAnchor(place: AnchorPlace, announcer: () => Announcer | undefined): Anchor {
  switch (place.kind) {
    case 'file':
      return fileAnchor(place.path);
    case 'git':
      return gitAnchor(place.path);
    case 's3':
      return s3Anchor(place);
    case 'syslog':
      return syslogAnchor(place.transport, place.host, place.port);
    case 'slack':
      return channelAnchor(announcer);
  }
}
