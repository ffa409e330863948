import { randomBytes } from 'node:crypto';

import { createEmulator } from 'emulate';
import { z } from 'zod';

import type { Workspace } from './workspace.ts';

const APP = { id: 'A0BELAYAPP', botId: 'B0BELAYBOT', botUser: 'U0BELAYBOT' };
const PEOPLE = [
  { name: 'ada', realName: 'Ada Lovelace', title: 'on-call', guest: false },
  { name: 'grace', realName: 'Grace Hopper', title: 'SRE lead', guest: false },
  { name: 'guest-bob', realName: 'Bob Guest', title: 'guest', guest: true },
];

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
export type SlackAnswer = z.infer<typeof Answer>;
/** Calls a Web API method; the answer is Slack's own, `ok: false` included. */
type CallSlack = (method: string, args: Record<string, unknown>, token?: string) => Promise<SlackAnswer>;

const UserList = z.object({ members: z.array(z.looseObject({ id: z.string(), name: z.string() })) });
const ChannelList = z.object({ channels: z.array(z.looseObject({ id: z.string(), name: z.string() })) });
const TeamInfo = z.object({ team: z.looseObject({ id: z.string(), name: z.string(), domain: z.string() }) });

/** The emulated Web API, in this process on a loopback port, so that it ends when this process does. */
export interface EmulatedSlack {
  readonly url: string;
  readonly workspace: Workspace;
  readonly call: CallSlack;
  stop(): Promise<void>;
}

/** Starts the Web API with the sandbox's team, `#ops`, the app with its bot `belay`, and three people. */
export async function startEmulatedSlack(): Promise<EmulatedSlack> {
  const botToken = `xoxb-sandbox-${randomBytes(18).toString('hex')}`;
  const tokens = new Map(PEOPLE.map(({ name }) => [name, `xoxp-sandbox-${randomBytes(18).toString('hex')}`]));
  const emulator = await createEmulator({ service: 'slack', port: 0, seed: seed(botToken, tokens) });
  const call: CallSlack = async (method, args, token = botToken) => {
    const response = await fetch(`${emulator.url}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(args),
    });
    return response.ok ? Answer.parse(await response.json()) : { ok: false, error: 'unknown_method' };
  };

  const [users, channels, { team }] = await Promise.all([
    call('users.list', {}).then((answer) => UserList.parse(answer).members),
    call('conversations.list', {}).then((answer) => ChannelList.parse(answer).channels),
    call('team.info', {}).then((answer) => TeamInfo.parse(answer)),
  ]);
  const idOf = (list: { id: string; name: string }[], name: string): string => {
    const found = list.find((one) => one.name === name);
    if (!found) throw new Error(`the emulated Slack was seeded with "${name}" but does not list it`);
    return found.id;
  };
  const channel = { id: idOf(channels, 'ops'), name: 'ops' };
  await call('conversations.join', { channel: channel.id });
  const members = PEOPLE.map((one) => ({ ...one, id: idOf(users, one.name), token: tokens.get(one.name) ?? '' }));
  const workspace = { team, channel, app: { ...APP, botToken }, members };
  return { url: emulator.url, workspace, call, stop: () => emulator.close() };
}

function seed(botToken: string, tokens: ReadonlyMap<string, string>) {
  return {
    slack: {
      team: { name: 'Belay sandbox', domain: 'belay-sandbox' },
      users: PEOPLE.map(({ name, realName, title }) => ({ name, real_name: realName, profile: { title } })),
      channels: [{ name: 'ops', topic: 'Where alerts land and people decide' }],
      oauth_apps: [
        {
          client_id: 'sandbox',
          client_secret: randomBytes(12).toString('hex'),
          app_id: APP.id,
          name: 'Belay',
          bot_name: 'belay',
          bot_id: APP.botId,
          bot_user_id: APP.botUser,
          redirect_uris: [],
        },
      ],
      tokens: [
        {
          token: botToken,
          type: 'bot',
          user_id: APP.botUser,
          app_id: APP.id,
          bot_id: APP.botId,
          bot_user_id: APP.botUser,
        },
        ...PEOPLE.map(({ name }) => ({ token: tokens.get(name) ?? '', type: 'user', user: name })),
      ],
    },
  };
}
