import Fastify from 'fastify';
import { randomUUID } from 'node:crypto';
import { authorityFace } from '../../src/authority/http-face.ts';
import { queueOf } from '../../src/domain/queue.ts';
import { problemDetails } from '../../src/platform/http/problem-details.ts';
import { sha256Hex } from '../../src/platform/http/secret-match.ts';
import { startTemporal } from '../support/start-temporal.ts';
import { lampRunbook } from '../support/toy/lamp-runbook.ts';
import { startToyBelay, type ToyBelay } from '../support/toy/start-toy-belay.ts';
import { PACE } from './pace.ts';
import { Room } from './room.ts';
import { type RoomServer, serveRoom } from './room-server.ts';
import { roomSystem } from './room-tools.ts';
import { WorkerFleet } from './worker-fleet.ts';

/** A Belay whose tools workers are processes that can be killed and frozen, over a room of lamps that counts. */
export interface Chaos {
  readonly belay: ToyBelay;
  readonly room: Room;
  readonly server: RoomServer;
  readonly fleet: WorkerFleet;
  stop(): Promise<void>;
}

const QUEUE = queueOf('lamp', 'default');

/** Starts Temporal, the authority over HTTP as production has it, and `workers` processes that serve the lamps. */
export async function startChaos({ workers }: { workers: number }): Promise<Chaos> {
  const temporal = await startTemporal();
  const room = new Room();
  let fleet: WorkerFleet | undefined;
  const theFleet = (): WorkerFleet => {
    if (!fleet) throw new Error('no worker was started yet');
    return fleet;
  };
  const server = await serveRoom(room, theFleet);
  const world = {
    systems: [roomSystem],
    runbooks: [lampRunbook],
    settings: { lamp: { default: { url: server.url } } },
  };
  const belay = await startToyBelay({ temporal: temporal.address, world, tools: false });
  const token = randomUUID();
  const app = Fastify();
  await app.register(problemDetails, { onFault: () => undefined });
  await app.register(authorityFace, {
    authority: belay.authority,
    workerTokens: { [QUEUE]: sha256Hex(token) },
    queueOfAction: async (action) =>
      (await belay.context.db.selectFrom('actions').select('queue').where('id', '=', action).executeTakeFirst())?.queue,
  });
  const authority = await app.listen({ port: 0, host: '127.0.0.1' });
  fleet = new WorkerFleet(
    {
      CHAOS_TEMPORAL: temporal.address,
      CHAOS_AUTHORITY: authority,
      CHAOS_TOKEN: token,
      CHAOS_ROOM: server.url,
      BELAY_CHAOS_PACE: String(PACE),
      CHAOS_KEY: belay.context.key.publicKeyPem,
    },
    workers,
  );
  await fleet.start();
  return {
    belay,
    room,
    server,
    fleet,
    stop: async () => {
      await fleet?.stop();
      await app.close();
      await belay.stop();
      await server.stop();
      await temporal.stop();
    },
  };
}
