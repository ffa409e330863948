import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { WebSocketServer, type WebSocket } from 'ws';
import { ACTIONS } from '../../src/slack/button-value.ts';
import { startSlack, type SlackApp } from '../../src/slack/start-slack.ts';
import { FakeDoors } from '../support/fake-doors.ts';
import { blockAction } from '../support/signed-slack-request.ts';
import { startEmulatedSlack, type RunningSlack } from '../support/start-emulated-slack.ts';
import { until } from '../support/until.ts';
import { listen, type Listening } from './listen.ts';
import { GATE, MANIFEST, sampleGate, sampleOption, sampleRun } from './sample-gate.ts';
import { startSlackProxy, type SlackProxy } from './slack-proxy.ts';

let slack: RunningSlack;
let proxy: SlackProxy;
let wire: Listening;
let sockets: WebSocket[];
let app: SlackApp | undefined;
let doors: FakeDoors;
let logged: string[];

/** Slack's end of Socket Mode: says hello, and keeps what is acknowledged. */
const acknowledged: string[] = [];
const connectionsOpen = ({ method }: { method: string }) =>
  method === 'apps.connections.open' ? { instead: { ok: true, url: wire.url.replace('http', 'ws') } } : undefined;

beforeEach(async () => {
  slack = await startEmulatedSlack();
  proxy = await startSlackProxy(slack.apiUrl);
  wire = await listen((_, res) => res.end());
  sockets = [];
  new WebSocketServer({ server: wire.server }).on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data: Buffer) => acknowledged.push(data.toString()));
    socket.send(JSON.stringify({ type: 'hello', num_connections: 1 }));
  });
  doors = new FakeDoors(MANIFEST);
  doors.approvers = [`slack:${slack.teamId}/${slack.users.ada}`];
  doors.add(sampleGate(), sampleRun());
  logged = [];
});

afterEach(async () => {
  await app?.stop();
  app = undefined;
  for (const socket of sockets) socket.terminate();
  await wire.stop();
  await proxy.stop();
  await slack.stop();
});

const start = async (): Promise<void> => {
  const note = (message: string): void => void logged.push(message);
  app = await startSlack({
    settings: { botToken: slack.botToken, appToken: 'xapp-1-test', apiUrl: proxy.apiUrl, channel: slack.channelId },
    doors,
    log: { debug: () => undefined, info: note, warn: note, error: note },
  });
};

const click = (socket: WebSocket | undefined): void => {
  const value = JSON.stringify({ gate: GATE, option: 'undo', digest: sampleOption().digest });
  const origin = { teamId: slack.teamId, userId: slack.users.ada, channelId: slack.channelId };
  const body = new URLSearchParams(blockAction(origin, { actionId: ACTIONS.approve, value })).get('payload') ?? '';
  const envelope = {
    envelope_id: 'e1',
    type: 'interactive',
    accepts_response_payload: true,
    payload: JSON.parse(body),
  };
  socket?.send(JSON.stringify(envelope));
};

describe('Socket Mode', () => {
  test('takes a click without a public address, acknowledges it and decides once', async () => {
    proxy.meddle(connectionsOpen);
    await start();
    expect(app?.requestListener).toBeUndefined();
    await until('we are connected and known', () => sockets.length === 1 && app?.status().problem === null);
    click(sockets[0]);
    await until('it is decided', async () => (await doors.gate(GATE))?.state === 'approved');
    expect(acknowledged.some((text) => text.includes('"envelope_id":"e1"'))).toBe(true);
    expect(doors.asked).toHaveLength(1);
  });

  test('connects again when Slack closes the connection, and clicks arrive there', async () => {
    proxy.meddle(connectionsOpen);
    await start();
    await until('we are connected', () => sockets.length === 1);
    sockets[0]?.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
    await until('we are connected again and known', () => sockets.length === 2 && app?.status().problem === null);
    click(sockets[1]);
    await until('it is decided', async () => (await doors.gate(GATE))?.state === 'approved');
  });
});

test('stopping does not wait for a connection that is still being made', async () => {
  let asked = false;
  proxy.meddle((call) => {
    asked ||= call.method === 'apps.connections.open';
    return connectionsOpen(call);
  });
  await start();
  await until('we are connecting', () => asked);
  await app?.stop();
  // afterEach stops it again, which is allowed.
});

describe('Slack down at start', () => {
  test('starting does not wait for it, says what is missing, and goes on by itself when Slack is back', async () => {
    proxy.meddle(() => ({ instead: {}, status: 503 }));
    await start();
    expect(app?.status()).toMatchObject({ mode: 'socket', team: null });
    await until('it is said', () =>
      logged.some((message) => message.includes('nobody can decide in Slack until then')),
    );
    proxy.meddle(connectionsOpen);
    await until('Slack knows us', () => app?.status().problem === null && sockets.length === 1, { within: 15_000 });
    expect(app?.status().team).toBe('Test');
  });

  test('a token that Slack does not accept is named', async () => {
    proxy.meddle(({ method }) =>
      method === 'auth.test' ? { instead: { ok: false, error: 'invalid_auth' } } : undefined,
    );
    await start();
    await until('it is said', () => app?.status().problem?.includes('SLACK_BOT_TOKEN is not valid') === true);
  });
});

describe('settings', () => {
  test.each([
    ['no way for requests to arrive', {}, 'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)'],
    ['an empty signing secret', { signingSecret: ' ' }, 'SLACK_SIGNING_SECRET'],
    ['an empty channel', { signingSecret: 'x', channel: '' }, 'channel is empty'],
  ])('with %s are refused', async (_, change, told) => {
    const settings = { botToken: 'xoxb-x', channel: 'C1', ...change };
    const quiet = (): void => undefined;
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    await expect(startSlack({ settings, doors, log })).rejects.toThrow(told);
  });
});
