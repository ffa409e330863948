import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { type Fault, NO_FAULT } from './faults.ts';
import { Ask, type Room } from './room.ts';
import type { WorkerFleet } from './worker-fleet.ts';

export interface RoomServer {
  readonly url: string;
  /** What befalls this attempt; asked at its `observe`, for everything it does. */
  faultFor: (ask: Ask, attempt: number) => Fault;
  /** What a frozen worker waits for, instead of a time. */
  thawWhen: ((ask: Ask) => Promise<unknown>) | undefined;
  /** Changes that are still on their way to a lamp. */
  onTheirWay(lamp: string): number;
  stop(): Promise<void>;
}

/** The room as workers reach it. Whoever comes is, now and then, killed or frozen for it. */
export async function serveRoom(room: Room, fleet: () => WorkerFleet): Promise<RoomServer> {
  const attempts = new Map<string, { count: number; fault: Fault }>();
  const underWay = new Map<string, number>();
  const move = (lamp: string, by: number) => underWay.set(lamp, (underWay.get(lamp) ?? 0) + by);

  const faultOf = (ask: Ask): Fault => {
    if (ask.action === '') return NO_FAULT;
    const key = `${ask.action} ${ask.phase}`;
    const before = attempts.get(key) ?? { count: 0, fault: NO_FAULT };
    const now =
      ask.point === 'observe' ? { count: before.count + 1, fault: server.faultFor(ask, before.count + 1) } : before;
    // Each strikes once.
    const strikes = now.fault.what !== 'none' && now.fault.at === ask.point;
    attempts.set(key, strikes ? { ...now, fault: NO_FAULT } : now);
    return strikes ? now.fault : NO_FAULT;
  };
  const freeze = async (ask: Ask, { frozenMs }: Fault) => {
    fleet().freeze(ask.pid);
    await (server.thawWhen ? server.thawWhen(ask) : sleep(frozenMs));
    fleet().thaw(ask.pid);
  };
  const strike = async (ask: Ask, fault: Fault) => {
    if (fault.what === 'kill') fleet().kill(ask.pid);
    else await freeze(ask, fault);
  };
  const carryOut = (ask: Ask) => {
    const conflict = ask.point === 'set' && room.set(ask) === 'conflict';
    const state = room.state(ask.lamp);
    const on = ask.point === 'look' && room.weak.has(ask.lamp) ? false : state.on;
    return { status: conflict ? 409 : 200, body: JSON.stringify({ ...state, on }) };
  };
  const answer = async (ask: Ask) => {
    const fault = faultOf(ask);
    const { what, when, arrives, laterMs } = fault;
    if (what !== 'none' && when === 'before') {
      await strike(ask, fault);
      if (what === 'kill' && arrives === null) return undefined;
      if (what === 'kill') await sleep(arrives ?? 0);
    }
    const said = carryOut(ask);
    if (what !== 'none' && when === 'after') await strike(ask, fault);
    if (what !== 'none' && when === 'later') setTimeout(() => void strike(ask, fault), laterMs);
    return said;
  };
  const http = createServer((request, response) => {
    void (async () => {
      const ask = Ask.parse(JSON.parse(await text(request)));
      move(ask.lamp, 1);
      const said = await answer(ask).finally(() => move(ask.lamp, -1));
      if (said) response.writeHead(said.status, { 'content-type': 'application/json' }).end(said.body);
      else response.destroy();
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  http.listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const server: RoomServer = {
    url: `http://127.0.0.1:${port}`,
    faultFor: () => NO_FAULT,
    thawWhen: undefined,
    onTheirWay: (lamp) => underWay.get(lamp) ?? 0,
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
