import type { Pace, World } from '../world.ts';
import { createWorld } from '../world.ts';
import { DEV, PROD } from './accounts.ts';
import { putBuckets } from './buckets.ts';
import { putEstate } from './estate.ts';
import { PARTNER, READER } from './readers.ts';

/** What the role of Belay in dev asks for. */
export const EXTERNAL_ID = 'belay-sandbox';

const USUAL_PACE: Pace = { snapshot: 1000, volume: 0, accessLog: 1000 };

/**
 * The shop's two accounts when all is well, with the roles of Belay and of the report builder.
 * @param pace how long things take; what is not given is 1 s for snapshots and access logs, and no time for volumes
 */
export function shopAccounts(pace: Partial<Pace> = {}, now?: () => number): World {
  const world = createWorld([PROD, DEV], { ...USUAL_PACE, ...pace }, now);
  putEstate(world);
  putBuckets(world);
  const trusts = [PROD.id];
  world.keyring.addRole({ account: PROD.id, name: 'belay', trusts, externalId: undefined });
  world.keyring.addRole({ account: DEV.id, name: 'belay', trusts, externalId: EXTERNAL_ID });
  for (const { account, role } of [READER, PARTNER])
    world.keyring.addRole({ account, name: role, trusts: [account], externalId: undefined });
  return world;
}
