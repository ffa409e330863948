export type Tags = Record<string, string>;

export const VOLUME_TYPES = ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const;
export type VolumeType = (typeof VOLUME_TYPES)[number];

export interface Attachment {
  instance: string;
  device: string;
  /** Milliseconds since 1970, as every time here. */
  since: number;
  deleteOnTermination: boolean;
}

export interface Volume {
  readonly id: string;
  /** GiB. */
  size: number;
  type: VolumeType;
  iops: number | undefined;
  /** MiB/s, of gp3. */
  throughput: number | undefined;
  readonly zone: string;
  readonly created: number;
  /** Before that it is `creating`. */
  readonly ready: number;
  readonly encrypted: boolean;
  readonly snapshot: string | undefined;
  attachment: Attachment | undefined;
  /** When it was last attached to something, for its metrics; `undefined`: never. */
  lastAttached: number | undefined;
  tags: Tags;
}

export interface Snapshot {
  readonly id: string;
  readonly volume: string;
  /** GiB of the volume it is of. */
  readonly size: number;
  readonly started: number;
  /** Before that it is `pending`. */
  readonly completes: number;
  readonly description: string;
  readonly encrypted: boolean;
  tags: Tags;
}

export interface Instance {
  readonly id: string;
  readonly type: string;
  state: 'running' | 'stopped';
  readonly launched: number;
  readonly zone: string;
  readonly image: string;
  tags: Tags;
}

export interface BlockDevice {
  device: string;
  snapshot: string;
  size: number;
  type: VolumeType;
}

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly created: number;
  readonly devices: BlockDevice[];
  tags: Tags;
}

export interface LaunchTemplate {
  readonly id: string;
  readonly name: string;
  readonly created: number;
  /** The first is version 1. */
  readonly versions: { created: number; image: string; type: string; userData: string; devices: BlockDevice[] }[];
  tags: Tags;
}

/** One region of one account. */
export interface Region {
  readonly name: string;
  readonly account: string;
  readonly volumes: Map<string, Volume>;
  readonly snapshots: Map<string, Snapshot>;
  readonly instances: Map<string, Instance>;
  readonly images: Map<string, Image>;
  readonly launchTemplates: Map<string, LaunchTemplate>;
  /** What was there, for the bill. */
  readonly deleted: { volume: Volume; at: number }[];
  /** What a client token of CreateVolume made, and from what. */
  readonly clientTokens: Map<string, { asked: string; volume: string }>;
}
