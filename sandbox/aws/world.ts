import type { Region } from './ec2/objects.ts';
import type { Keyring } from './identity/keyring.ts';
import { createKeyring } from './identity/keyring.ts';
import type { Bucket } from './s3/objects.ts';

/** An account with what is in it. */
export interface Account {
  /** Twelve digits. */
  readonly id: string;
  /** As people call it: `prod`. */
  readonly name: string;
  readonly regions: ReadonlyMap<string, Region>;
}

/** Everything the small AWS knows, in memory. */
export interface World {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly keyring: Keyring;
  /** By name, which is one's own in all of AWS. */
  readonly buckets: Map<string, Bucket>;
  readonly pace: Pace;
  /** Milliseconds since 1970. */
  now(): number;
}

/** How long things take that take their time in AWS. Milliseconds. */
export interface Pace {
  /** Until a snapshot is complete. */
  readonly snapshot: number;
  /** Until a volume that is being made can be used. */
  readonly volume: number;
  /** Until a request shows in the access log; hours in AWS. */
  readonly accessLog: number;
}

export interface AccountPlan {
  readonly id: string;
  readonly name: string;
  readonly regions: readonly string[];
}

/** A world with these accounts and nothing in them. */
export function createWorld(plans: readonly AccountPlan[], pace: Pace, now: () => number = Date.now): World {
  const region = (account: string, name: string): Region => ({
    name,
    account,
    volumes: new Map(),
    snapshots: new Map(),
    instances: new Map(),
    images: new Map(),
    launchTemplates: new Map(),
    deleted: [],
    clientTokens: new Map(),
  });
  const accounts = plans.map(({ id, name, regions }): Account => {
    return { id, name, regions: new Map(regions.map((each) => [each, region(id, each)])) };
  });
  return {
    accounts: new Map(accounts.map((account) => [account.id, account])),
    keyring: createKeyring(),
    buckets: new Map(),
    pace,
    now,
  };
}
